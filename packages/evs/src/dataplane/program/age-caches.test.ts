import { beforeEach, describe, expect, test } from 'vitest';
import { masqueraded, PickPlayer } from '../../../test/fixtures/pick-player.ts';
import { addServer, addService, deleteServer } from '../../../test/fixtures/test-director.ts';
import { VmDirector } from '../../../test/fixtures/vm-director.ts';

const vip = { address: '10.2.0.200', port: 80 };
const servers = ['10.1.0.1', '10.1.0.2'].map((address) => ({ address, port: 80 }));
const halfHour = 30 * 60;
const day = 86_400;

describe.each(['lblc', 'lblcr'])('the cache of %s', (scheduler) => {
  let director: VmDirector;
  let player: PickPlayer;
  let opened: number;
  const open = () => player.open({ address: '10.3.0.1', port: 1024 + opened++ }, vip);
  /** Sweeps once a minute, as often as caches are aged. */
  const pass = (seconds: number): void => {
    for (let minute = 0; minute < seconds / 60; minute++) {
      director.wait(60);
      director.sweep();
    }
  };

  beforeEach(() => {
    director = new VmDirector();
    player = new PickPlayer(director);
    opened = 0;
    director.apply(addService(player.key(vip), scheduler));
    for (const server of servers) {
      director.apply(addServer(player.key(vip), masqueraded(director, server, { weight: 9 })));
    }
  });

  test('keeps a destination that has been used within a day', () => {
    open();
    pass(day - halfHour);
    open();
    pass(day - halfHour);

    expect(director.sizeOf('cache')).toBe(1);
  });

  test('loses a destination that nobody has asked for in a day, and its members', () => {
    open();
    pass(day + halfHour);

    expect(director.sizeOf('cache')).toBe(0);
    expect(director.sizeOf('cacheMembers')).toBe(0);
  });

  test('keeps the place of a deleted real server that it remembers', () => {
    const [, remembered] = servers;
    if (remembered === undefined) return;
    expect(open()).toBe(remembered.address);
    director.apply(deleteServer(player.key(vip), remembered));
    pass(120);
    director.collectTrash(120_000);

    expect(director.connections()).toEqual([]);
    expect(director.registry.servers.size).toBe(2);
  });

  test('lets go of a deleted real server when the service gets another scheduler', () => {
    const [, remembered] = servers;
    if (remembered === undefined) return;
    open();
    director.apply(deleteServer(player.key(vip), remembered), {
      kind: 'editService',
      service: { key: player.key(vip), scheduler: 'rr', schedulerFlags: 0, onePacket: false },
    });
    pass(120);
    director.collectTrash(120_000);

    expect(director.registry.servers.size).toBe(1);
  });
});

describe('a set of lblcr', () => {
  test('loses its most loaded member when it has not changed for a day', () => {
    const director = new VmDirector();
    const player = new PickPlayer(director);
    let opened = 0;
    const open = () => player.open({ address: '10.3.0.1', port: 1024 + opened++ }, vip);
    director.apply(addService(player.key(vip), 'lblcr'));
    for (const server of servers) {
      director.apply(addServer(player.key(vip), masqueraded(director, server, { weight: 1 })));
    }
    for (let count = 0; count < 4; count++) open();
    expect(director.sizeOf('cacheMembers')).toBe(2);

    director.wait(day + 1);
    open();

    expect(director.sizeOf('cacheMembers')).toBe(1);
  });
});
