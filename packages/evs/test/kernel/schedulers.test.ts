import { expect, test } from 'vitest';
import { applyCommand } from '../../src/director/index.ts';
import { schedulers } from '../../src/director/model.ts';
import { masqueraded, PickPlayer } from '../fixtures/pick-player.ts';
import { schedulerModels, type ModelServer } from '../fixtures/scheduler-model.ts';
import { addServer, addService, serviceKey } from '../fixtures/test-director.ts';
import { KernelDirector } from './kernel-director.ts';

const weights = [3, 1, 2, 0];
const vip = { address: '10.2.0.200', port: 80 };

/** Fallback and port, so that every line of a scheduler is in the program. */
const flags = 0x18;

test.each(schedulers.filter((name) => name !== 'none' && name !== 'twos'))(
  'the kernel takes the program of %s, which picks like its description',
  (scheduler) => {
    using director = new KernelDirector();
    const player = new PickPlayer(director);
    const model = schedulerModels[scheduler]?.({ fallback: true, port: true });
    director.apply(addService(player.key(vip), scheduler, { schedulerFlags: flags }));
    for (const [index, weight] of weights.entries()) {
      const at = { address: `10.1.0.${index + 1}`, port: 80 };
      director.apply(addServer(player.key(vip), masqueraded(director, at, { weight })));
      model?.add(modelServer(at.address, weight));
    }
    const clients = Array.from({ length: 40 }, (_, index) => ({
      address: `10.3.${index % 7}.${index}`,
      port: 1024 + index,
    }));

    const expected = clients.map((client) => {
      const chosen = model?.pick({
        client: client.address,
        clientPort: client.port,
        vip: vip.address,
      });
      if (chosen !== undefined) chosen.active++;
      return chosen?.name;
    });
    expect(clients.map((client) => player.open(client, vip))).toEqual(expected);
    director.sweep();
  },
);

test('the kernel takes the program of twos, which picks by weight', () => {
  using director = new KernelDirector();
  const player = new PickPlayer(director);
  director.apply(addService(player.key(vip), 'twos'));
  for (const [index, weight] of weights.entries()) {
    const at = { address: `10.1.0.${index + 1}`, port: 80 };
    director.apply(addServer(player.key(vip), masqueraded(director, at, { weight })));
  }
  const picks = Array.from({ length: 200 }, (_, index) =>
    player.open({ address: '10.3.0.1', port: 1024 + index }, vip),
  );
  const share = (address: string): number => picks.filter((pick) => pick === address).length;

  expect(share('10.1.0.4')).toBe(0);
  // 3, 1 and 2 of 6: two choices keep close to that.
  expect(share('10.1.0.1')).toBeGreaterThan(60);
  expect(share('10.1.0.2')).toBeLessThan(60);
});

test.each(['rr', 'wrr', 'wlc', 'sh', 'mh'])(
  '%s picks like its description among 1500 real servers',
  (scheduler) => {
    using director = new KernelDirector({ realServers: 2048, connections: 4096 });
    const player = new PickPlayer(director);
    const model = schedulerModels[scheduler]?.();
    director.apply(addService(player.key(vip), scheduler));
    for (let number = 0; number < 1500; number++) {
      const at = { address: `10.1.${number >> 8}.${number & 255}`, port: 80 };
      const weight = 1 + (number % 3);
      const command = addServer(player.key(vip), masqueraded(director, at, { weight }));
      director.state = applyCommand(director.state, command);
      model?.add(modelServer(at.address, weight));
    }
    director.publish();
    const clients = Array.from({ length: 2000 }, (_, index) => ({
      address: `10.3.${index >> 8}.${index & 255}`,
      port: 1024,
    }));

    const picks = clients.map((client) => player.open(client, vip));
    const expected = clients.map((client) => {
      const { address, port } = client;
      const chosen = model?.pick({ client: address, clientPort: port, vip: vip.address });
      if (chosen !== undefined) chosen.active++;
      return chosen?.name;
    });
    expect(picks).toEqual(expected);
  },
);

test('the kernel takes a program with every scheduler, for both families', () => {
  using director = new KernelDirector({ services: 64, hashTables: 32 });
  for (const [index, scheduler] of schedulers.entries()) {
    for (const address of ['10.2.0.200', '2001:db8::200']) {
      const key = serviceKey({ address, port: 80 + index });
      director.apply(addService(key, scheduler, { schedulerFlags: flags }));
    }
  }
  expect(director.programOf('xdp').fd).toBeGreaterThan(0);
  expect(director.programOf('tc').fd).toBeGreaterThan(0);
  expect(director.sweep()).toEqual({ visited: 0, expired: 0 });
});

const modelServer = (name: string, weight: number): ModelServer => ({
  name,
  weight,
  lastWeight: weight,
  active: 0,
  inactive: 0,
  upperThreshold: 0,
  lowerThreshold: 0,
  overloaded: false,
});
