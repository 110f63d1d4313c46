import { describe, expect, test } from 'vitest';
import { kernelPicks, type KernelPicks } from '../../../test/fixtures/kernel-picks.ts';
import { masqueraded, PickPlayer } from '../../../test/fixtures/pick-player.ts';
import {
  pickAddresses,
  pickScenarios,
  type PickScenario,
} from '../../../test/fixtures/pick-scenarios.ts';
import type { Endpoint } from '../../../test/fixtures/packets.ts';
import { addServer, addService, editServer } from '../../../test/fixtures/test-director.ts';
import { VmDirector } from '../../../test/fixtures/vm-director.ts';

/** Connections of one SYN each: `CBA…`, as the kernel's were recorded. */
function picksOf(recorded: KernelPicks): string {
  const { scheduler, flags = 0, protocol, weights, upperThresholds, editedTo, manyVips } = recorded;
  const director = new VmDirector({ services: 32, hashTables: 32 });
  const player = new PickPlayer(director, protocol);
  const servers = ['A', 'B', 'C'].map((name, index) => ({
    name,
    address: `10.8.0.${index + 11}`,
    port: 80,
  }));
  const vips: Endpoint[] = Array.from({ length: manyVips ? 20 : 1 }, (_, index) => ({
    address: `172.20.0.${index + 1}`,
    port: 80,
  }));
  for (const vip of vips) {
    director.apply(addService(player.key(vip), scheduler, { schedulerFlags: flags }));
    for (const [index, server] of servers.entries()) {
      const upperThreshold = upperThresholds?.[index] ?? 0;
      const special = { weight: weights[index] ?? 0, upperThreshold };
      director.apply(addServer(player.key(vip), masqueraded(director, server, special)));
    }
    for (const [index, weight] of (editedTo ?? []).entries()) {
      const server = servers[index] ?? vip;
      director.apply(editServer(player.key(vip), masqueraded(director, server, { weight })));
    }
  }
  const picks = Array.from({ length: 20 }, (_, index) => {
    const client = { address: `10.1.3.${index + 1}`, port: 1024 };
    const address = player.open(client, vips[index % vips.length] ?? client);
    return servers.find((server) => server.address === address)?.name ?? '-';
  });
  return picks.join('');
}

test.each(kernelPicks)(
  '$scheduler $flags picks as the kernel does with weights $weights $editedTo $protocol',
  (recorded) => {
    expect(picksOf(recorded)).toBe(recorded.picks);
  },
);

/** Whole connections, with changes between them. */
function play({ scheduler, protocol, servers, steps }: PickScenario): string {
  const director = new VmDirector();
  const player = new PickPlayer(director, protocol);
  const { port } = pickAddresses;
  const vip = { address: pickAddresses.vip, port };
  const at = (number: number): Endpoint => ({ address: pickAddresses.server(number), port });
  const key = player.key(vip);
  director.apply(addService(key, scheduler));
  for (const [index, server] of servers.entries()) {
    director.apply(addServer(key, masqueraded(director, at(index + 1), server)));
  }
  const opened: { client: Endpoint; server: Endpoint }[] = [];
  for (const step of steps) {
    if ('edit' in step) {
      const { edit, weight } = step;
      director.apply(editServer(key, masqueraded(director, at(edit), { weight })));
    } else if ('close' in step) {
      const { client, server } = opened[step.close] ?? { client: vip, server: vip };
      player.end(client, vip, server);
    } else {
      const client = {
        address: pickAddresses.client(step.from ?? 1),
        port: step.port ?? 50_000 + opened.length,
      };
      const server = { address: player.open(client, vip) ?? '-', port };
      opened.push({ client, server });
      if (protocol === 'udp') continue;
      player.establish(client, vip, server);
      if (step.open === 'ended') player.end(client, vip, server);
    }
  }
  return opened.map(({ server }) => server.address.split('.')[3]).join(' ');
}

describe('with whole connections', () => {
  test.each(pickScenarios)('$name', (scenario) => {
    expect(play(scenario)).toBe(scenario.picks);
  });
});

describe('an active connection', () => {
  const vip = { address: '10.2.0.200', port: 80 };
  const older = { address: '10.1.0.1', port: 80 };
  const newer = { address: '10.1.0.2', port: 80 };

  test.each([
    { inactive: 256, chosen: newer },
    // A tie: the real server that was added later comes first in scan order.
    { inactive: 257, chosen: newer },
    { inactive: 258, chosen: older },
  ])('weighs 257 times an inactive one: against $inactive', ({ inactive, chosen }) => {
    const director = new VmDirector();
    const player = new PickPlayer(director);
    director.apply(addService(player.key(vip), 'lc'));
    for (const server of [older, newer]) {
      director.apply(addServer(player.key(vip), masqueraded(director, server)));
    }
    const [first, second] = [...director.registry.servers.values()];
    first?.record.setU32('active', 1);
    second?.record.setU32('inactive', inactive);

    expect(player.open({ address: '10.3.0.1', port: 1024 }, vip)).toBe(chosen.address);
  });
});
