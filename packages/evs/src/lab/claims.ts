import type { Hop } from './hop.ts';
import type { Method } from './method.ts';
import { readStatistics, type Claim, type MethodObservation } from './result.ts';
import {
  addressOf,
  clients,
  director,
  realServers,
  service,
  servicePort,
  type ClientName,
} from './topology.ts';

/** What must be true of a method for the lab to call it working. */
export function claimsFor(seen: MethodObservation): Claim[] {
  return [
    ...clients.map((client) => answeredInTurn(client, seen.answers[client])),
    countedConnections(seen),
    answersCounted(seen),
    ...clients.flatMap((client) => wayOf(seen.method, client, seen.hops[client])),
  ];
}

function answeredInTurn(client: ClientName, answers: readonly string[]): Claim {
  const known = answers.every((answer) => realServers.some((host) => host === answer));
  const turns = answers.every((answer, index) => index === 0 || answer !== answers[index - 1]);
  return claim(
    `${realServers.join(' and ')} answer ${client} in turn`,
    answers.length > 1 && known && turns,
    answers.join(' '),
  );
}

/** Every request is one connection, and so is each that was captured. */
function countedConnections(seen: MethodObservation): Claim {
  const requests = clients.reduce((sum, client) => sum + seen.answers[client].length, 0);
  const counted = readStatistics(seen.statistics, service)?.connections;
  return claim(`the director counts ${requests} connections`, counted === requests, `${counted}`);
}

function answersCounted(seen: MethodObservation): Claim {
  const { inPackets = 0, outPackets = -1 } = readStatistics(seen.statistics, service) ?? {};
  const packets = `${inPackets} packets in, ${outPackets} out`;
  return seen.method === 'nat'
    ? claim('answers pass the director', inPackets > 0 && outPackets > 0, packets)
    : claim('answers do not pass the director', inPackets > 0 && outPackets === 0, packets);
}

function wayOf(method: Method, client: ClientName, hops: readonly Hop[]): Claim[] {
  const toRealServer = hops.find((hop) => hop.from === director && hop.kind === 'request');
  const complete = hops.at(-1)?.to === client && hops.at(-1)?.kind === 'answer';
  const way = hops.map((hop) => `${hop.from} → ${hop.to}`).join(', ');
  return [
    claim(`an answer comes back to ${client}`, complete, way),
    claim(
      `${client}'s packet leaves the director ${rewritten[method]}`,
      toRealServer !== undefined && isRewritten(method, toRealServer),
      way,
    ),
    claim(
      `the answer to ${client} comes from the VIP`,
      hops.at(-1)?.source === service,
      hops.at(-1)?.source ?? 'nothing',
    ),
  ];
}

const rewritten: Readonly<Record<Method, string>> = {
  nat: 'with the real server as its destination address',
  tun: 'wrapped in a packet to the real server',
  dr: 'with only its MAC addresses changed',
};

function isRewritten(method: Method, hop: Hop): boolean {
  const address = realServers.map((host) => addressOf(host));
  switch (method) {
    case 'nat':
      return address.some((rip) => hop.destination === `${rip}:${servicePort}`);
    case 'tun':
      return (
        hop.destination === service &&
        hop.outer?.source === addressOf(director) &&
        address.some((rip) => hop.outer?.destination === rip)
      );
    case 'dr':
      return hop.destination === service && hop.outer === undefined;
  }
}

const claim = (text: string, holds: boolean, seen: string): Claim =>
  holds ? { claim: text, holds } : { claim: text, holds, seen };
