import type { Claim } from '../result.ts';
import { directors, realServers, vip, type ClientName, type DirectorName } from '../topology.ts';
import type { Happening } from './happenings.ts';
import type { Seen } from './witness.ts';

/** Everything seen of one happening. */
export interface Observation {
  readonly happening: Happening['name'];
  /** Who has the VIP on its device. */
  readonly holders: readonly DirectorName[];
  readonly clients: readonly Seen[];
  /** Host names that the pages said, by client, after it. */
  readonly answers: Readonly<Record<ClientName, readonly string[]>>;
}

/** A busy machine may be that much later than the protocol. */
const allowanceMs = 1_500;
/** So long may a busy machine keep requests waiting; who has nobody to ask waits three seconds and more. */
const seamlessMs = 2_000;

/** What must be true after a happening. */
export function claimsFor(happening: Happening, seen: Observation): Claim[] {
  return [
    holds(happening, seen),
    ...seen.clients.flatMap((client) => [
      looksFor(happening, client),
      ...inTime(happening, client),
      ...seamless(happening, client),
    ]),
    ...seen.clients.map(({ client }) => answered(client, seen.answers[client])),
  ];
}

function holds({ holder, bothHold }: Happening, { holders }: Observation): Claim {
  const wanted: readonly DirectorName[] = bothHold ? directors : [holder];
  return claim(
    `${wanted.join(' and ')} ${bothHold ? 'have' : 'has'} ${vip}`,
    wanted.length === holders.length && wanted.every((director) => holders.includes(director)),
    holders.join(' and ') || 'nobody',
  );
}

const looksFor = ({ holder }: Happening, { client, owner }: Seen): Claim =>
  claim(`packets of ${client} for ${vip} go to ${holder}`, owner === holder, owner ?? 'nobody');

function inTime({ holder, takeOverMs }: Happening, { client, ownerAfterMs }: Seen): Claim[] {
  if (takeOverMs === undefined) return [];
  const limit = takeOverMs + allowanceMs;
  const text = `${client} is turned to ${holder} within ${limit} ms`;
  const after = ownerAfterMs;
  return [claim(text, after !== undefined && after <= limit, `${after?.toFixed(0)} ms`)];
}

function seamless(happening: Happening, { client, silenceMs }: Seen): Claim[] {
  if (!happening.seamless) return [];
  const text = `${client} is answered all the while, never later than ${seamlessMs} ms`;
  return [claim(text, silenceMs <= seamlessMs, `${silenceMs.toFixed(0)} ms of silence`)];
}

const answered = (client: ClientName, answers: readonly string[]): Claim =>
  claim(
    `requests of ${client} are answered`,
    answers.length > 0 && answers.every((page) => realServers.some((host) => host === page)),
    answers.join(' '),
  );

const claim = (text: string, isSo: boolean, seen: string): Claim =>
  isSo ? { claim: text, holds: isSo } : { claim: text, holds: isSo, seen };
