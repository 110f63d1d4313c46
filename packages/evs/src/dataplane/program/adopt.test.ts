import { describe, expect, test } from 'vitest';
import { frame, tcp } from '../../../test/fixtures/packets.ts';
import { readFrame } from '../../../test/fixtures/read-packet.ts';
import { deleteServer, serviceKey } from '../../../test/fixtures/test-director.ts';
import {
  arriving,
  configure,
  fromServer,
  topologies,
  type Setup,
} from '../../../test/fixtures/topology.ts';
import { VmDirector } from '../../../test/fixtures/vm-director.ts';
import { SynchronisedFlag, type SynchronisedConnection } from '../../director/index.ts';
import { addressBytes } from '../../packet/index.ts';

const { client, vip, servers } = topologies.ipv4;
const [first, second] = servers;

/** A backup with two real servers. */
function backup(setup: Setup = {}): VmDirector {
  const director = new VmDirector();
  director.adopting = true;
  configure(director, { servers: 2, ...setup });
  return director;
}

const told = (changes: Partial<SynchronisedConnection> = {}): SynchronisedConnection => ({
  protocol: 6,
  client: addressBytes(client.address),
  virtual: addressBytes(vip.address),
  destination: addressBytes(second.address),
  clientPort: client.port,
  virtualPort: vip.port,
  destinationPort: second.port,
  flags: 0,
  state: 1,
  mark: 0,
  timeoutSeconds: 900,
  ...changes,
});
const closed = { state: 4, flags: SynchronisedFlag.inactive, timeoutSeconds: 120 };

describe('a connection of another director', () => {
  test.each(['ipv4', 'ipv6'] as const)('goes on here, %s', (family) => {
    const { client, vip, servers } = topologies[family];
    const director = backup({ family });
    const connection = told({
      client: addressBytes(client.address),
      virtual: addressBytes(vip.address),
      destination: addressBytes(servers[1].address),
    });
    expect(director.adopt(connection)).toEqual(['made']);

    expect(director.connections()).toMatchObject([
      {
        state: 'ESTABLISHED',
        expiresInSeconds: 900,
        client,
        virtual: vip,
        destination: servers[1],
      },
    ]);
    director.wait(1);
    const asked = director.run('xdp', arriving(tcp(client, vip, { flags: ['ack'] })));
    expect(readFrame(asked.packet).ip?.destination).toBe(servers[1].address);
    const answer = frame(tcp(servers[1], client, { flags: ['ack'] }), fromServer(1));
    expect(readFrame(director.run('xdp', answer).packet).ip?.source).toBe(vip.address);
    expect(director.countsOf(servers[1].address)).toMatchObject({
      active: 1,
      inactive: 0,
      connections: 0,
    });
  });

  test('is answered before its client has sent anything here: the kernel finds the way', () => {
    const director = backup();
    director.adopt(told());
    const answer = frame(tcp(second, client, { flags: ['ack'] }), fromServer(1));

    expect(director.run('xdp', answer).verdict).toBe('pass');
    expect(director.run('tc', answer)).toMatchObject({ verdict: 'redirect', ifindex: 1 });
    director.wait(1);
    director.run('tc', arriving(tcp(client, vip, { flags: ['ack'] })));
    expect(director.run('xdp', answer).verdict).toBe('transmit');
  });

  test('is updated, with the counts', () => {
    const director = backup();
    director.adopt(told());

    expect(director.adopt(told(closed))).toEqual(['updated']);
    expect(director.connections()).toMatchObject([{ state: 'FIN_WAIT', expiresInSeconds: 120 }]);
    expect(director.countsOf(second.address)).toMatchObject({ active: 0, inactive: 1 });
  });

  test('with another real server than here takes the place of ours only if it is active', () => {
    const director = backup();
    director.adopt(told());
    const elsewhere = { destination: addressBytes(first.address) };

    expect(director.adopt(told({ ...closed, ...elsewhere }))).toEqual(['ignored']);
    expect(director.connections()).toMatchObject([{ destination: second }]);
    expect(director.adopt(told(elsewhere))).toEqual(['made']);
    expect(director.connections()).toMatchObject([{ destination: first }]);
    expect(director.countsOf(first.address)).toMatchObject({ active: 1, inactive: 0 });
    expect(director.countsOf(second.address)).toMatchObject({ active: 0, inactive: 0 });
    expect(director.sizeOf('replies4')).toBe(1);
  });

  test('takes the place of one that has expired', () => {
    const director = backup();
    director.adopt(told(closed));
    director.wait(121);

    expect(director.adopt(told())).toEqual(['made']);
    expect(director.countsOf(second.address)).toMatchObject({ active: 1, inactive: 0 });
  });

  test('lives as long as its state does if the message does not say', () => {
    const director = backup();
    director.adopt(told({ ...closed, timeoutSeconds: undefined }));

    expect(director.connections()).toMatchObject([{ expiresInSeconds: 120 }]);
  });

  test('has nowhere to go without its real server, or its service', () => {
    const director = backup();
    director.apply(deleteServer(serviceKey(vip), second));

    expect(director.adopt(told(), told({ virtualPort: 81 }))).toEqual([
      'no real server',
      'no real server',
    ]);
    expect(director.connections()).toEqual([]);
  });

  test('is counted as expired when it ends', () => {
    const director = backup();
    director.adopt(told());
    director.wait(901);

    expect(director.sweep().expired).toBe(1);
    expect(director.countsOf(second.address)).toMatchObject({ active: 0, inactive: 0 });
    expect([director.sizeOf('connections4'), director.sizeOf('replies4')]).toEqual([0, 0]);
  });

  test('has the method of its real server here', () => {
    const director = backup({ method: 'gatewaying' });
    const here = { destinationPort: vip.port };
    director.adopt(told({ ...here, flags: 2 | SynchronisedFlag.noOutput }));

    expect(director.everything()).toMatchObject([{ flags: 0x83 }]);
  });
});

test('more connections than the table holds leave exact counts', () => {
  const director = backup();
  const many = Array.from({ length: 1100 }, (_, port) => told({ clientPort: port + 1 }));

  const outcomes = director.adopt(...many);

  expect(outcomes.filter((one) => one === 'made')).toHaveLength(1024);
  expect(outcomes.filter((one) => one === 'table full')).toHaveLength(76);
  expect(director.countsOf(second.address)).toMatchObject({ active: 1024, inactive: 0 });
});

test('everything that one director tells makes another one equal', () => {
  const service = { persistence: { timeoutSeconds: 300, mask: 32 } };
  const [master, other] = [backup({ service }), backup({ service })];
  for (let port = 1; port <= 20; port++) {
    const from = { address: `198.51.100.${port}`, port };
    master.run('xdp', arriving(tcp(from, vip)));
    master.run('xdp', arriving(tcp(from, vip, { flags: [port % 2 === 0 ? 'ack' : 'fin'] })));
  }

  expect(new Set(other.adopt(...master.everything()))).toEqual(new Set(['made']));
  const byClient = (one: VmDirector): unknown[] =>
    [...one.connections(), ...one.templates()].toSorted((a, b) =>
      JSON.stringify(a.client) < JSON.stringify(b.client) ? -1 : 1,
    );
  expect(byClient(other)).toEqual(byClient(master));
  expect(other.persistent()).toEqual(master.persistent());
  expect(new Set(other.adopt(...master.everything()))).toEqual(new Set(['updated']));
});

describe('a template of another director', () => {
  const service = { persistence: { timeoutSeconds: 300, mask: 32 } };
  const template = (changes: Partial<SynchronisedConnection> = {}): SynchronisedConnection =>
    told({
      clientPort: 0,
      flags: SynchronisedFlag.template | SynchronisedFlag.inactive,
      timeoutSeconds: 200,
      ...changes,
    });

  test('keeps the client with its real server', () => {
    const director = backup({ service });
    expect(director.adopt(template())).toEqual(['made']);
    const { packet } = director.run('xdp', arriving(tcp(client, vip)));

    expect(readFrame(packet).ip?.destination).toBe(second.address);
    expect(director.persistent()).toEqual({ [second.address]: 1 });
  });

  test('does not take a client away from the real server that it has here', () => {
    const director = backup({ service });
    director.adopt(template());

    expect(director.adopt(template({ destination: addressBytes(first.address) }))).toEqual([
      'ignored',
    ]);
    director.wait(201);
    expect(director.adopt(template({ destination: addressBytes(first.address) }))).toEqual([
      'made',
    ]);
    expect(director.persistent()).toEqual({ [first.address]: 1 });
  });

  test('lives for three minutes if the message does not say', () => {
    const director = backup({ service });
    director.adopt(template({ timeoutSeconds: undefined, state: 1 }));

    expect(director.templates()).toMatchObject([{ state: 'ASSURED', expiresInSeconds: 180 }]);
  });

  test('is nothing to a service that is not persistent here', () => {
    const director = backup();

    expect(director.adopt(template())).toEqual(['no real server']);
  });
});
