import { failure } from '../text/diagnostic.ts';
import { has, only } from '../language/read-section.ts';
import type { Located, SectionOf } from '../language/spec.ts';
import type {
  bfdInstance,
  trackFile,
  vrrpScript,
  vrrpTrackProcess,
} from '../language/keywords/trackers.ts';
import { defined, firstOfEachName, type Build } from './build.ts';
import { scriptUserOf, type ScriptSecurity } from './build-scripts.ts';
import type { BfdInstance, TrackedFile, TrackedProcess, TrackedScript } from './configuration.ts';

type Uses<S> = readonly Located<SectionOf<S>>[];
const nameOf = ({ argument }: { readonly argument: string }): string => argument;
const secondMs = 1_000;

export function buildScripts(
  uses: Uses<typeof vrrpScript>,
  security: ScriptSecurity,
  build: Build,
): readonly TrackedScript[] {
  return firstOfEachName(uses, nameOf, 'vrrp_script', build).flatMap(({ value, at }) => {
    const { argument: name, keywords: own } = value;
    const command = only(own.script);
    if (command === undefined) {
      build.report(failure(at, `vrrp_script ${name} has no script, and is left out`));
      return [];
    }
    if (!build.machine.hasProgram(command.words[0])) {
      build.report(failure(at, `There is no program ${command.words[0]} to run`));
      return [];
    }
    security.notice(own.script);
    const runAs = scriptUserOf(own.user, build);
    if (runAs === undefined && own.user.length > 0) return [];
    const intervalMs = only(own.interval) ?? secondMs;
    return [
      {
        name,
        command,
        intervalMs,
        timeoutMs: only(own.timeout) ?? intervalMs,
        weight: only(own.weight) ?? { weight: 0, reverse: false },
        rise: only(own.rise) ?? 1,
        fall: only(own.fall) ?? 1,
        ...defined({ runAs }),
        initFail: has(own.init_fail),
      },
    ];
  });
}

export function buildProcesses(
  uses: Uses<typeof vrrpTrackProcess>,
  build: Build,
): readonly TrackedProcess[] {
  return firstOfEachName(uses, nameOf, 'vrrp_track_process', build).flatMap(({ value, at }) => {
    const { argument: name, keywords: own } = value;
    const command = only(own.process);
    if (command === undefined) {
      build.report(failure(at, `vrrp_track_process ${name} names no process, and is left out`));
      return [];
    }
    const delayMs = only(own.delay) ?? 0;
    return [
      {
        name,
        command,
        parameterMatch: only(own.param_match) ?? 'exact',
        fullCommand: has(own.full_command),
        weight: only(own.weight) ?? { weight: 0, reverse: false },
        quorum: only(own.quorum) ?? 1,
        ...defined({ quorumMax: only(own.quorum_max) }),
        forkDelayMs: only(own.fork_delay) ?? delayMs,
        terminateDelayMs: only(own.terminate_delay) ?? delayMs,
      },
    ];
  });
}

export function buildFiles(uses: Uses<typeof trackFile>, build: Build): readonly TrackedFile[] {
  return firstOfEachName(uses, nameOf, 'track_file', build).flatMap(({ value, at }) => {
    const { argument: name, keywords: own } = value;
    const path = only(own.file);
    if (path === undefined) {
      build.report(failure(at, `track_file ${name} names no file, and is left out`));
      return [];
    }
    const init = only(own.init_file);
    const initial = init && { value: init.value, overwrite: init.overwrite === 'overwrite' };
    const weight = only(own.weight) ?? { weight: 1, reverse: false };
    return [{ name, path, weight, ...defined({ initial }) }];
  });
}

const usualTtl = 255;
const ttlOverHops = 64;

export function buildBfdInstances(
  uses: Uses<typeof bfdInstance>,
  build: Build,
): readonly BfdInstance[] {
  return firstOfEachName(uses, nameOf, 'bfd_instance', build).flatMap(({ value, at }) => {
    const { argument: name, keywords: own } = value;
    const neighbour = only(own.neighbor_ip);
    if (neighbour === undefined) {
      build.report(failure(at, `bfd_instance ${name} has no neighbor_ip, and is left out`));
      return [];
    }
    const maxHops = Math.max(0, only(own.max_hops) ?? 0);
    const forOne = has(own.vrrp) !== has(own.checker);
    return [
      {
        name,
        neighbour,
        ...defined({ source: only(own.source_ip) }),
        minReceiveMs: only(own.min_rx) ?? 10,
        minTransmitMs: only(own.min_tx) ?? 10,
        idleTransmitMs: only(own.idle_tx) ?? secondMs,
        multiplier: only(own.multiplier) ?? 5,
        passive: has(own.passive),
        ttl: only(own.ttl) ?? (maxHops > 0 ? ttlOverHops : usualTtl),
        maxHops,
        multihop: has(own.multihop),
        weight: only(own.weight) ?? { weight: 0, reverse: false },
        forVirtualRouters: !forOne || has(own.vrrp),
        forCheckers: !forOne || has(own.checker),
      },
    ];
  });
}
