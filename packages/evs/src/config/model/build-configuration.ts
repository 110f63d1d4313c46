import { failure } from '../text/diagnostic.ts';
import { only } from '../language/read-section.ts';
import type { Located, SectionOf } from '../language/spec.ts';
import type { Root } from '../language/keywords/root.ts';
import type { GroupEntry } from '../language/values/virtual.ts';
import { defined, firstOfEachName, type Build } from './build.ts';
import { buildGlobal, checkerMail, type GlobalKeywords } from './build-global.ts';
import { ScriptSecurity } from './build-scripts.ts';
import { buildStatics } from './build-statics.ts';
import { buildAnnouncementGroups, buildSyncGroups } from './build-sync-groups.ts';
import { buildBfdInstances, buildFiles, buildProcesses, buildScripts } from './build-trackers.ts';
import type { Trackables } from './build-tracking.ts';
import {
  buildVirtualRouter,
  type RouterContext,
  type RouterSection,
} from './build-virtual-router.ts';
import { buildVirtualServer } from './build-virtual-server.ts';
import type { Configuration, TlsFiles, VirtualRouter, VirtualServer } from './configuration.ts';

type Keywords = SectionOf<Root>['keywords'];

/** The typed configuration of what was read. Whatever makes no sense together is reported and left out. */
export function buildConfiguration(root: SectionOf<Root>, build: Build): Configuration {
  const { keywords: own } = root;
  const global = mergedGlobal(own);
  const security = new ScriptSecurity(only(global.enable_script_security) ?? false, build);
  const trackables: Trackables = {
    scripts: buildScripts(own.vrrp_script, security, build),
    processes: buildProcesses(own.vrrp_track_process, build),
    files: buildFiles(own.track_file, build),
    bfdInstances: buildBfdInstances(own.bfd_instance, build),
  };
  const context: RouterContext = { ...build, global, security, trackables };
  const virtualRouters = buildVirtualRouters(own.vrrp_instance, context);
  return {
    global: buildGlobal(global, security, build),
    ...defined({ networkNamespace: only(own.net_namespace) }),
    tls: tlsOf(own),
    virtualServers: buildVirtualServers(own, context),
    virtualRouters,
    syncGroups: buildSyncGroups(own.vrrp_sync_group, virtualRouters, context),
    ...trackables,
    announcementGroups: buildAnnouncementGroups(own.garp_group, context),
    heartbeats: own['evs:heartbeat'].map(({ value }) => value),
    ...buildStatics(own, global, build),
  };
}

/** global_defs may stand in several blocks; they count as one. */
function mergedGlobal(own: Keywords): GlobalKeywords {
  const blocks = own.global_defs.map(({ value }) => value.keywords);
  const [first] = blocks;
  const names = Object.keys(first ?? {}) as (keyof GlobalKeywords)[];
  if (first === undefined) return noGlobal;
  return Object.fromEntries(
    names.map((name) => [name, blocks.flatMap((block) => block[name] as readonly unknown[])]),
  ) as unknown as GlobalKeywords;
}

/** Every keyword is there, and none was used. */
const noGlobal = new Proxy({} as GlobalKeywords, { get: () => [] });

function buildVirtualRouters(
  uses: readonly Located<RouterSection>[],
  context: RouterContext,
): readonly VirtualRouter[] {
  const named = firstOfEachName(uses, ({ argument }) => argument, 'vrrp_instance', context);
  const identities = new Map<string, string>();
  return named.flatMap((use) => {
    const router = buildVirtualRouter(use, context);
    if (router === undefined) return [];
    const identity = `${router.virtualRouterId} ${router.family} ${router.interface}`;
    const twin = identities.get(identity);
    const message = `${twin} and ${router.name} both are virtual router ${router.virtualRouterId} on ${router.interface}`;
    const hint = 'keepalived does not start with such a file';
    if (twin !== undefined) context.report(failure(use.at, message, { hint }));
    identities.set(identity, router.name);
    return [router];
  });
}

function buildVirtualServers(own: Keywords, context: RouterContext): readonly VirtualServer[] {
  const groups = new Map<string, readonly GroupEntry[]>();
  for (const { value, at } of own.virtual_server_group) {
    const entries = value.entries.map((entry) => entry.value);
    if (groups.has(value.argument)) {
      context.report(failure(at, `virtual_server_group ${value.argument} is there already`));
    } else groups.set(value.argument, entries);
  }
  const { global, security, trackables } = context;
  const serverContext = {
    ...context,
    groups,
    security,
    files: trackables.files,
    bfdInstances: trackables.bfdInstances,
    logAllFailures: only(global.checker_log_all_failures) ?? false,
    smtpAlert: checkerMail(global),
  };
  return own.virtual_server.flatMap((use) => buildVirtualServer(use, serverContext) ?? []);
}

function tlsOf(own: Keywords): TlsFiles {
  const blocks = own.SSL.map(({ value }) => value.keywords);
  const last = <K extends 'password' | 'ca' | 'certificate' | 'key'>(keyword: K) =>
    only(blocks.flatMap((block) => block[keyword]));
  return defined({
    password: last('password'),
    authorities: last('ca'),
    certificate: last('certificate'),
    key: last('key'),
  });
}
