import { expect, test } from 'vitest';
import { frame, icmpError, tcp, udp, type Endpoint } from '../../../test/fixtures/packets.ts';
import { readFrame } from '../../../test/fixtures/read-packet.ts';
import { addServer, addService, realServer } from '../../../test/fixtures/test-director.ts';
import {
  arriving,
  clientDevice,
  configure,
  fromServer,
  resolveServers,
  topologies,
  type Setup,
} from '../../../test/fixtures/topology.ts';
import { VmDirector } from '../../../test/fixtures/vm-director.ts';
import type { DirectorSettings } from '../../director/index.ts';

const { client, vip, servers, stranger } = topologies.ipv4;

function directorWith(setup: Setup = {}, settings: Partial<DirectorSettings> = {}): VmDirector {
  const director = new VmDirector();
  director.localClients = false;
  configure(director, { ...setup, settings: { schedule_icmp: 1, ...settings } });
  return director;
}
/** Somebody complains about what the VIP sent. */
const complaint = (to: Endpoint = client, message = tcp): Uint8Array =>
  arriving(
    icmpError(stranger.address, vip.address, 'timeExceeded', message(vip, to, { flags: ['ack'] })),
  );

test('the connection lasts three seconds in its first state, and counts', () => {
  const director = directorWith();
  director.run('tc', complaint());

  expect(director.connections()).toMatchObject([
    { protocol: 'tcp', client, virtual: vip, destination: servers[0], state: 'NONE' },
  ]);
  expect(director.countsOf(servers[0].address)).toMatchObject({
    active: 0,
    inactive: 1,
    connections: 1,
    inPackets: 1,
  });
  director.wait(2.9);
  expect(director.connections()).toHaveLength(1);
  director.wait(0.2);
  director.sweep();
  expect(director.connections()).toEqual([]);
  expect(director.sizeOf('replies4')).toBe(0);
});

test('one that has expired is put away, and the error scheduled anew', () => {
  const director = directorWith({ servers: 2 });
  const first = readFrame(director.run('tc', complaint()).packet).ip?.destination;
  director.wait(4);

  const second = readFrame(director.run('tc', complaint()).packet).ip?.destination;

  expect(new Set([first, second])).toEqual(new Set([servers[0].address, servers[1].address]));
  expect(director.sizeOf('connections4')).toBe(1);
});

test('a SYN of the flow begins at the same real server', () => {
  const director = directorWith({ servers: 2 });
  const { packet } = director.run('tc', complaint());

  const opened = director.run('tc', arriving(tcp(client, vip)));

  expect(readFrame(opened.packet).ip?.destination).toBe(readFrame(packet).ip?.destination);
  expect(director.connections()).toMatchObject([{ state: 'SYN_RECV' }]);
});

test('an error passes where the setting is 0, and about a flow of no service', () => {
  const off = directorWith({}, { schedule_icmp: 0 });
  expect(off.run('tc', complaint())).toEqual({ verdict: 'pass', packet: complaint() });

  const director = directorWith({ port: 81 });
  expect(director.run('tc', complaint())).toEqual({ verdict: 'pass', packet: complaint() });
  expect(director.sizeOf('connections4')).toBe(0);
});

test('an error about what goes to port 20 passes', () => {
  const packet = complaint({ ...client, port: 20 });
  expect(directorWith().run('tc', packet)).toEqual({ verdict: 'pass', packet });
});

test('without a real server it is dropped, and nobody is told', () => {
  const director = directorWith({ weights: [0], icmpErrors: true });

  expect(director.run('tc', complaint()).verdict).toBe('drop');
  expect(director.drops()).toEqual({ 'no real server available': 1 });
});

test('a persistent client’s goes where its template says', () => {
  const persistence = { timeoutSeconds: 300, mask: 32 };
  const director = directorWith({ servers: 2, service: { persistence } });
  const { packet } = director.run('tc', arriving(tcp({ ...client, port: 1 }, vip)));

  const error = director.run('tc', complaint());

  expect(readFrame(error.packet).ip?.destination).toBe(readFrame(packet).ip?.destination);
  expect(director.templates()).toHaveLength(1);
});

test('with one-packet scheduling it passes, since any real server may be meant', () => {
  const persistence = { timeoutSeconds: 300, mask: 32 };
  const service = { onePacket: true, persistence };
  const director = directorWith({ protocol: 'udp', service });
  const packet = complaint(client, udp);

  expect(director.run('tc', packet)).toEqual({ verdict: 'pass', packet });
  expect(director.sizeOf('connections4')).toBe(0);
  director.wait(301);
  director.sweep();
  expect(director.templates()).toEqual([]);
});

test('a service by mark gets it by the quoted flow, and errors of real servers still go back', () => {
  const director = directorWith({}, {});
  const key = { kind: 'mark', mark: 5, family: 'ipv4' } as const;
  director.apply({ kind: 'clear' }, addService(key));
  director.apply(addServer(key, realServer({ ...servers[1], port: 0 }, 'masquerading')));
  director.apply({ kind: 'addMarkRule', rule: { mark: 5, family: 'ipv4', protocol: 'tcp' } });
  resolveServers(director, 'ipv4', clientDevice);

  const { packet } = director.run('tc', complaint());
  const answer = icmpError(
    servers[1].address,
    client.address,
    'portUnreachable',
    tcp(client, { ...servers[1], port: vip.port }),
  );
  const back = director.run('tc', frame(answer, fromServer(1)));

  expect(readFrame(packet).ip?.destination).toBe(servers[1].address);
  expect(readFrame(back.packet).ip).toMatchObject({
    source: vip.address,
    inner: { destination: vip.address },
  });
});

test('an error about what the director itself sent as real server is its own', () => {
  const director = directorWith();
  const [{ address }] = servers;
  const { directorAddress: sourceAddress } = topologies.ipv4;
  const nobody = new Uint8Array(6);
  const way = { ifindex: 1, address, sourceAddress, mtu: 65_536, sourceMac: nobody };
  director.setNextHop(address, { ...way, local: true, destinationMac: undefined });

  expect(director.run('tc', complaint())).toEqual({ verdict: 'pass', packet: complaint() });
  expect(director.run('tc', complaint())).toEqual({ verdict: 'pass', packet: complaint() });
  expect(director.countsOf(address)).toMatchObject({ connections: 1, inPackets: 2 });
});
