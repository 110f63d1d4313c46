import { describe, expect, test } from 'vitest';
import { tcp, type Endpoint } from '../../../test/fixtures/packets.ts';
import {
  addServer,
  addService,
  deleteServer,
  realServer,
  serviceKey,
} from '../../../test/fixtures/test-director.ts';
import {
  arriving,
  configure,
  resolveServers,
  topologies,
} from '../../../test/fixtures/topology.ts';
import { VmDirector } from '../../../test/fixtures/vm-director.ts';

const { client, vip, servers } = topologies.ipv4;
const [first, second] = servers;
const other: Endpoint = { ...vip, port: 8000 };
const none = { connections: 0, inPackets: 0, outPackets: 0, inBytes: 0, outBytes: 0 };
const one = { connections: 1, inPackets: 1, outPackets: 0, inBytes: 40, outBytes: 0 };

const open = (director: VmDirector, to: Endpoint, port: number): void => {
  director.run('xdp', arriving(tcp({ ...client, port }, to)));
};

/** Two services, each with one real server and one connection. */
function twoServices(): VmDirector {
  const director = new VmDirector();
  configure(director);
  director.apply(
    addService(serviceKey(other)),
    addServer(serviceKey(other), realServer(second, 'masquerading')),
  );
  resolveServers(director, 'ipv4', 1);
  open(director, vip, 1);
  open(director, other, 2);
  return director;
}

describe('-Z', () => {
  test('makes all counters begin at 0, but leaves connections alone', () => {
    const director = twoServices();
    director.zero();

    expect([director.serviceCounters(0), director.serviceCounters(1)]).toEqual([none, none]);
    expect(director.countsOf(first.address)).toEqual({ ...none, active: 1, inactive: 0 });
    open(director, vip, 3);
    expect(director.serviceCounters(0)).toEqual(one);
    expect(director.countsOf(first.address)).toEqual({ ...one, active: 2, inactive: 0 });
  });

  test('of one service leaves the other as it is', () => {
    const director = twoServices();
    director.zero(serviceKey(other));

    expect([director.serviceCounters(0), director.serviceCounters(1)]).toEqual([one, none]);
    expect(director.countsOf(second.address)).toMatchObject(none);
    expect(director.countsOf(first.address)).toMatchObject(one);
  });
});

describe('a real server that is deleted and forgotten', () => {
  test('leaves its counts with the service, also after -Z', () => {
    const director = new VmDirector();
    configure(director, { servers: 2 });
    open(director, vip, 1);
    open(director, vip, 2);
    director.zero();
    director.apply(deleteServer(serviceKey(vip), second));
    director.wait(61);
    director.sweep();
    director.collectTrash(61_000);
    open(director, vip, 3);

    expect(director.serviceCounters()).toEqual(one);
  });

  test('does not hand them on to the next owner of its slot', () => {
    const director = new VmDirector();
    configure(director, { servers: 2 });
    open(director, vip, 1);
    director.apply(deleteServer(serviceKey(vip), second));
    director.wait(61);
    director.sweep();
    director.collectTrash(61_000);
    const [, , third] = servers;
    director.apply(addServer(serviceKey(vip), realServer(third, 'masquerading')));

    expect(director.countsOf(third.address)).toEqual({ ...none, active: 0, inactive: 0 });
    expect(director.serviceCounters()).toEqual(one);
  });
});

describe('a service that is deleted and made again', () => {
  test('begins at 0, and so do the real servers that it finds again; connections count on', () => {
    const director = new VmDirector();
    configure(director);
    open(director, vip, 1);
    director.apply({ kind: 'clear' });
    configure(director);

    expect(director.serviceCounters()).toEqual(none);
    expect(director.countsOf(first.address)).toEqual({ ...none, active: 1, inactive: 0 });
  });
});
