import { describe, expect, test, vi } from 'vitest';
import type { Endpoint } from '../../../test/fixtures/packets.ts';
import { masqueraded, PickPlayer } from '../../../test/fixtures/pick-player.ts';
import {
  addServer,
  addService,
  deleteServer,
  editServer,
} from '../../../test/fixtures/test-director.ts';
import { arriving, configure, topologies } from '../../../test/fixtures/topology.ts';
import { tcp } from '../../../test/fixtures/packets.ts';
import { VmDirector } from '../../../test/fixtures/vm-director.ts';
import { applyCommand, type RealServer } from '../../director/index.ts';
import type { MapName } from '../maps.ts';
import { readChain } from './chain.ts';
import { Registry } from './registry.ts';

const vip: Endpoint = { address: '10.2.0.200', port: 80 };
const at = (name: string): Endpoint => ({ address: `10.1.0.${name.charCodeAt(0) - 64}`, port: 80 });

/** One service whose real servers are called A, B, C, …, and what it picks. */
class Service {
  readonly director = new VmDirector();
  readonly player = new PickPlayer(this.director);
  readonly key = this.player.key(vip);
  #opened = 0;

  constructor(scheduler: string, weights: readonly number[]) {
    this.director.apply(addService(this.key, scheduler));
    for (const [index, weight] of weights.entries()) {
      this.director.apply(addServer(this.key, this.server('ABCDEF'[index] ?? 'F', { weight })));
    }
  }

  server(name: string, special: Partial<RealServer> = {}): RealServer {
    return masqueraded(this.director, at(name), special);
  }

  picks(count: number): string {
    return Array.from({ length: count }, () => {
      const client = { address: '10.3.0.1', port: 1024 + this.#opened++ };
      const address = this.player.open(client, vip);
      return address === undefined ? '-' : String.fromCharCode(64 + Number(address.split('.')[3]));
    }).join('');
  }
}

const written: readonly MapName[] = [
  'services4',
  'services6',
  'services',
  'realServers',
  'buckets',
  'filter',
  'settings',
];

/** All tables that control code writes to. */
const tables = (director: VmDirector): unknown =>
  written.map((name) => [name, director.entriesOf(name)]);

describe('publishing the same again', () => {
  test.each(['rr', 'wrr', 'wlc', 'sh', 'dh'])('changes nothing, %s', (scheduler) => {
    const service = new Service(scheduler, [3, 2, 1]);
    service.picks(4);
    const before = tables(service.director);

    service.director.takeOver();
    service.director.publish();

    expect(tables(service.director)).toEqual(before);
  });

  test('does not even look at a service that has not changed', () => {
    const service = new Service('rr', [1, 1]);
    const { director } = service;
    const [entry] = [...director.registry.services.values()];
    entry?.record.setU32('count', 7);

    director.apply(addService(service.player.key({ ...vip, port: 81 }), 'rr'));

    expect(entry?.record.u32('count')).toBe(7);
  });

  test('mends a service whose change was not finished', () => {
    const service = new Service('wlc', [1, 1]);
    const { director } = service;
    const before = tables(director);
    const full = vi.spyOn(director.registry, 'settle').mockImplementationOnce(() => {
      throw new Error('interrupted');
    });
    const { state } = director;

    expect(() =>
      director.apply(editServer(service.key, service.server('A', { weight: 9 }))),
    ).toThrow('interrupted');
    expect(full).toHaveBeenCalled();
    director.state = state;
    director.publish();

    expect(tables(director)).toEqual(before);
  });

  test('by another process changes nothing either', () => {
    const { director } = new Service('wrr', [3, 2, 1]);
    const before = tables(director);
    const adopted = new Registry(director.open('services'), director.open('realServers'), 0);

    expect([...adopted.services.keys()]).toEqual([...director.registry.services.keys()]);
    expect([...adopted.servers.keys()].toSorted()).toEqual(
      [...director.registry.servers.keys()].toSorted(),
    );
    director.takeOver();
    director.publish();
    expect(tables(director)).toEqual(before);
  });
});

describe('several changes published at once', () => {
  test('count as made one by one, in the order in which real servers were added', () => {
    const service = new Service('wrr', []);
    for (const [name, weight] of [
      ['A', 1],
      ['B', 2],
      ['C', 3],
    ] as const) {
      const command = addServer(service.key, service.server(name, { weight }));
      service.director.state = applyCommand(service.director.state, command);
    }
    service.director.publish();
    for (const name of 'ABC') service.server(name);

    expect(service.picks(10)).toBe('CBACCBCBAC');
  });

  test.each([
    ['rr', 'ABCABCABC'],
    ['wrr', 'ABCAABABC'],
    ['wlc', 'ABCABAABC'],
  ])(
    'tell a real server that was deleted and added again, which comes first: %s',
    (name, picks) => {
      const service = new Service(name, [1, 2, 1]);
      service.director.apply(editServer(service.key, service.server('B', { weight: 1 })));
      for (const command of [
        deleteServer(service.key, at('B')),
        addServer(service.key, service.server('B', { weight: 2 })),
        deleteServer(service.key, at('A')),
        addServer(service.key, service.server('A', { weight: 3 })),
      ]) {
        service.director.state = applyCommand(service.director.state, command);
      }
      service.director.publish();
      for (const server of 'ABC') service.server(server);

      expect(service.picks(9)).toBe(picks);
    },
  );
});

describe('a change of scheduler', () => {
  test.each([
    ['rr', 'wrr', 'ABACBAABACBA'],
    ['wrr', 'rr', 'CBACBACBACBA'],
    ['sh', 'wlc', 'CBAABACBAABA'],
    ['wlc', 'none', '------------'],
  ])('from %s to %s begins afresh', (before, after, picks) => {
    const service = new Service(before, [3, 2, 1]);

    service.director.apply({
      kind: 'editService',
      service: { key: service.key, scheduler: after, schedulerFlags: 0, onePacket: false },
    });

    expect(service.picks(12)).toBe(picks);
  });
});

describe('wrr', () => {
  test('begins at the head again after an edit of a threshold', () => {
    const service = new Service('wrr', [3, 2, 1]);
    const before = service.picks(4);
    service.director.apply(
      editServer(service.key, service.server('C', { weight: 1, upperThreshold: 100 })),
    );

    expect([before, service.picks(3)]).toEqual(['CBAA', 'ABA']);
  });

  test('finds the highest level again after a daemon that died in the middle of an edit', () => {
    const service = new Service('wrr', [1, 1, 1]);
    const [serviceRecord] = [...service.director.registry.services.values()];
    service.director.apply(editServer(service.key, service.server('A', { weight: 4 })));
    serviceRecord?.record.setU32('maximum', 1);

    service.director.takeOver();
    service.director.publish();

    expect(serviceRecord?.record.u32('maximum')).toBe(4);
  });
});

describe('the list of real servers', () => {
  test('has the newest first, and survives every deletion', () => {
    const service = new Service('rr', [1, 1, 1, 1]);
    const names = (): string => {
      const { registry } = service.director;
      const [entry] = registry.services.values();
      if (entry === undefined) throw new Error('no service');
      const slots = readChain(registry, entry);
      return slots
        .map((slot) => {
          const server = [...registry.servers.values()].find((other) => other.slot === slot);
          return String.fromCharCode(64 + Number(server?.key.address.split('.')[3]));
        })
        .join('');
    };
    const seen = [names()];
    for (const name of 'BDAC') {
      service.director.apply(deleteServer(service.key, at(name)));
      seen.push(names());
    }

    expect(seen).toEqual(['DCBA', 'DCA', 'CA', 'C', '']);
  });
});

describe('a table without room', () => {
  test('says so for services', () => {
    const director = new VmDirector({ services: 2 });
    configure(director);

    expect(() => director.apply(addService(new PickPlayer(director).key(vip)))).toThrow(
      'Cannot add to the table of virtual services: all places are taken',
    );
  });

  test('says so for real servers', () => {
    const director = new VmDirector({ realServers: 3 });

    expect(() => configure(director, { servers: 3 })).toThrow(
      'Cannot add to the table of real servers: all places are taken',
    );
  });

  test('says so for hash schedulers, and gives back what is free', () => {
    const director = new VmDirector({ hashTables: 3 });
    const player = new PickPlayer(director);
    const keys = [80, 81, 82].map((port) => player.key({ ...vip, port }));
    for (const key of keys.slice(0, 2)) director.apply(addService(key, 'sh'));

    const third = addService(keys[2] ?? player.key(vip), 'sh');
    const before = director.state;
    expect(() => director.apply(third)).toThrow(
      'Cannot add to the table of hash schedulers: all places are taken',
    );
    director.state = before;
    director.apply({ kind: 'deleteService', key: keys[0] ?? player.key(vip) });
    director.collectTrash(61_000);
    expect(() => director.apply(third)).not.toThrow();
  });
});

describe('a deleted service', () => {
  test('is forgotten at once if no connection is left, a minute later else', () => {
    const director = new VmDirector();
    const { client, vip: at } = topologies.ipv4;
    configure(director);
    director.run('xdp', arriving(tcp(client, at)));
    director.apply({ kind: 'clear' });
    expect(director.registry.services.size).toBe(1);

    director.wait(61);
    director.sweep();
    director.collectTrash(61_000);

    expect(director.registry.services.size).toBe(0);
    expect(director.registry.servers.size).toBe(0);
  });
});
