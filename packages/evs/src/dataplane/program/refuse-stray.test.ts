import { expect, test } from 'vitest';
import { frame, sctp, tcp, udp, type TcpFlagName } from '../../../test/fixtures/packets.ts';
import {
  addServer,
  addService,
  deleteServer,
  realServer,
  serviceKey,
} from '../../../test/fixtures/test-director.ts';
import {
  clientDevice,
  configure,
  fromServer,
  resolveServers,
  topologies,
  type Setup,
} from '../../../test/fixtures/topology.ts';
import { VmDirector } from '../../../test/fixtures/vm-director.ts';

const { client, directorAddress, servers, vip } = topologies.ipv4;
const [first, second] = servers;

function directorWith(setup: Setup = {}): VmDirector {
  const director = new VmDirector();
  director.localClients = false;
  configure(director, { settings: { nat_icmp_send: 1 }, icmpErrors: true, ...setup });
  return director;
}
const stray = (...flags: TcpFlagName[]): Uint8Array =>
  frame(tcp(first, client, { flags }), fromServer(0));
const isPassed = (director: VmDirector, packet: Uint8Array): boolean =>
  director.run('tc', packet).verdict === 'pass';

test('it is counted', () => {
  const director = directorWith();
  director.run('tc', stray('ack'));
  expect(director.drops()).toEqual({ 'no connection': 1 });
});

test('a RST and an ABORT are not answered', () => {
  expect(isPassed(directorWith(), stray('rst', 'ack'))).toBe(true);
  const director = directorWith({ protocol: 'sctp' });
  const abort = sctp(first, client, { chunks: ['abort'] });
  expect(isPassed(director, frame(abort, fromServer(0)))).toBe(true);
  const data = sctp(first, client, { chunks: ['data'] });
  expect(isPassed(director, frame(data, fromServer(0)))).toBe(false);
});

test('neither is what comes from another port or protocol, or from no real server', () => {
  const director = directorWith();
  const others = [
    tcp({ ...first, port: 22 }, client),
    udp(first, client),
    tcp({ ...second, port: 8080 }, client),
  ];
  for (const other of others) expect(isPassed(director, frame(other, fromServer(0)))).toBe(true);
});

test('neither is the answer to a check, which is for the director itself', () => {
  const packet = tcp(first, { address: directorAddress, port: 40_000 }, { flags: ['syn', 'ack'] });
  expect(isPassed(directorWith(), frame(packet, fromServer(0)))).toBe(true);
});

test('0 leaves all to the host, and so does direct routing', () => {
  expect(isPassed(directorWith({ settings: { nat_icmp_send: 0 } }), stray('ack'))).toBe(true);
  const director = directorWith({ method: 'gatewaying' });
  director.apply(addService(serviceKey(vip, 'udp')));
  director.apply(addServer(serviceKey(vip, 'udp'), realServer(second, 'masquerading')));
  const packet = tcp({ ...first, port: vip.port }, client, { flags: ['ack'] });
  expect(isPassed(director, frame(packet, fromServer(0)))).toBe(true);
});

test('a deleted real server is not answered', () => {
  const director = directorWith({ servers: 2 });
  director.apply(deleteServer(serviceKey(vip), first));
  expect(isPassed(director, stray('ack'))).toBe(true);
});

test('a service by mark has every protocol', () => {
  const director = directorWith();
  const key = { kind: 'mark', mark: 5, family: 'ipv4' } as const;
  director.apply({ kind: 'clear' }, addService(key));
  director.apply(addServer(key, realServer(first, 'masquerading')));
  resolveServers(director, 'ipv4', clientDevice);

  for (const message of [tcp, udp]) {
    expect(isPassed(director, frame(message(first, client), fromServer(0)))).toBe(false);
    expect(isPassed(director, frame(message(second, client), fromServer(1)))).toBe(true);
  }
});
