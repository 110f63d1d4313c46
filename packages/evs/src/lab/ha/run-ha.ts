import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { claimLine } from '../claim-line.ts';
import { namespaceFile } from '../clearance.ts';
import { inLab, type CommonOptions } from '../in-lab.ts';
import { runtimeDirectory } from '../lab-files.ts';
import type { Lab } from '../lab.ts';
import { realServerSetup } from '../real-server.ts';
import { requestPages } from '../request.ts';
import type { Claim } from '../result.ts';
import { step } from '../step.ts';
import {
  clients,
  directors,
  realServers,
  twoDirectors,
  vip,
  type DirectorName,
  type HostName,
} from '../topology.ts';
import { claimsFor, type Observation } from './claims.ts';
import { happenings, type DirectorFiles, type Happening } from './happenings.ts';
import { monotonicMs } from './probe.ts';
import { tutorialFile } from './tutorial-files.ts';
import { resolverOf, Witness } from './witness.ts';

/** Longest time to wait for a director to take over. */
const patienceMs = 20_000;
const pollMs = 50;

/** What `evs lab ha --json` prints of a happening. */
export interface HappeningResult extends Observation {
  readonly claims: readonly Claim[];
}

/** Two directors with the tutorial's files: who is active, and what clients see of each failover. See `inLab`. */
export const runHa = (options: CommonOptions): Promise<number> =>
  inLab(options, { topology: twoDirectors, setUp: [] }, async (lab) => {
    for (const host of realServers) await lab.runAll(realServerSetup('dr', host, 'program').apply);
    const files = await writeConfigurations(lab);
    using near = new Witness(lab, 'client');
    using far = new Witness(lab, 'remote');
    const results: HappeningResult[] = [];
    for (const happening of happenings(files)) {
      results.push(await watch(lab, happening, [near, far]));
    }
    return {
      what: 'two directors',
      claims: results.flatMap(({ claims }) => claims),
      found: { happenings: results },
    };
  });

async function writeConfigurations(lab: Lab): Promise<Record<DirectorName, DirectorFiles>> {
  lab.transcript.heading("The tutorial's two files");
  const files = Object.fromEntries(
    directors.map((director) => [director, writeConfiguration(lab, director)]),
  ) as Record<DirectorName, DirectorFiles>;
  await tell(lab, 'lvs-1', `cat ${files['lvs-1'].configuration}`);
  await tell(lab, 'lvs-2', `diff ${directors.map((one) => files[one].configuration).join(' ')}`);
  return files;
}

function writeConfiguration(lab: Lab, director: DirectorName): DirectorFiles {
  const directory = path.join(lab.directory, director);
  mkdirSync(directory, { recursive: true });
  const configuration = path.join(directory, 'keepalived.conf');
  writeFileSync(configuration, tutorialFile(director));
  const { ino } = statSync(namespaceFile(lab.name, director));
  return { configuration, pid: `${runtimeDirectory}/netns-${ino}/evsd.pid` };
}

async function watch(
  lab: Lab,
  happening: Happening,
  witnesses: readonly Witness[],
): Promise<HappeningResult> {
  lab.transcript.heading(happening.title);
  const beganMs = monotonicMs();
  await lab.runAll(happening.steps);
  await settled(lab, happening, witnesses, beganMs);
  const seen = witnesses.map((witness) => witness.seenSince(beganMs));
  for (const { client, owner, ownerAfterMs, silenceMs } of seen) {
    const since = ownerAfterMs === undefined ? 'all the while' : `after ${seconds(ownerAfterMs)}`;
    const text = `${client}: ${owner ?? 'nobody'} answers for ${vip} ${since}; longest time without an answer ${seconds(silenceMs)}`;
    lab.transcript.lines([lab.transcript.mark(text)]);
  }
  const observation: Observation = {
    happening: happening.name,
    holders: await holdersOf(lab),
    clients: seen,
    answers: await look(lab),
  };
  const claims = claimsFor(happening, observation);
  lab.transcript.lines(claims.map((claim) => claimLine(lab.transcript, claim)));
  return { ...observation, claims };
}

/** Until the holder has the VIP and every client knows and is answered, or patience has ended. */
async function settled(
  lab: Lab,
  { holder, bothHold }: Happening,
  witnesses: readonly Witness[],
  beganMs: number,
): Promise<void> {
  for (let now = beganMs; now - beganMs < patienceMs; now = monotonicMs()) {
    const holders = await holdersOf(lab);
    const owned = witnesses.every((witness) => witness.seenSince(beganMs).owner === holder);
    const alone = bothHold || holders.length === 1;
    if (owned && alone && holders.includes(holder) && (await answeredAgain(witnesses))) return;
    await sleep(pollMs);
  }
}

async function answeredAgain(witnesses: readonly Witness[]): Promise<boolean> {
  const momentMs = monotonicMs();
  for (let waitedMs = 0; waitedMs < 2_000; waitedMs += pollMs) {
    if (witnesses.every((witness) => witness.answeredSince(momentMs))) return true;
    await sleep(pollMs);
  }
  return false;
}

async function holdersOf(lab: Lab): Promise<DirectorName[]> {
  const holders: DirectorName[] = [];
  for (const director of directors) {
    const { stdout } = await lab.try(step(director, 'ip -br address show dev ens33'));
    if (stdout.includes(`${vip}/`)) holders.push(director);
  }
  return holders;
}

/** Shows who has the address, where clients look for it, and that requests go on. */
async function look(lab: Lab): Promise<Observation['answers']> {
  for (const director of directors) await tell(lab, director, 'ip -br address show dev ens33');
  const hasArp = (await lab.try(step('client', 'arp -V'))).status === 0;
  const question = hasArp ? `arp -an ${vip}` : `ip neigh show to ${vip}`;
  for (const client of clients) await tell(lab, resolverOf(client), question);
  return {
    client: await requestPages(lab, 'client', 2),
    remote: await requestPages(lab, 'remote', 2),
  };
}

/** Runs a command that only shows something. */
async function tell(lab: Lab, at: HostName, line: string): Promise<void> {
  const command = step(at, line);
  lab.transcript.step(command);
  const { stdout } = await lab.try(command);
  lab.transcript.lines(stdout.trimEnd().split('\n'));
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
