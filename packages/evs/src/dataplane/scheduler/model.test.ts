import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Endpoint } from '../../../test/fixtures/packets.ts';
import { masqueraded, PickPlayer } from '../../../test/fixtures/pick-player.ts';
import { schedulerModels, type ModelServer } from '../../../test/fixtures/scheduler-model.ts';
import {
  addServer,
  addService,
  deleteServer,
  editServer,
} from '../../../test/fixtures/test-director.ts';
import { VmDirector } from '../../../test/fixtures/vm-director.ts';
import { ServiceFlag } from '../layouts.ts';

/** What an operator and clients do, in any order. Numbers choose among what there is. */
type Action =
  | { readonly kind: 'add'; readonly weight: number; readonly upper: number }
  | {
      readonly kind: 'edit';
      readonly which: number;
      readonly weight: number;
      readonly upper: number;
    }
  | { readonly kind: 'delete'; readonly which: number }
  | { readonly kind: 'open'; readonly client: number }
  | { readonly kind: 'reset'; readonly which: number }
  | { readonly kind: 'expire' };

const weight = fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constantFrom(10, 20, 30, 300));
const upper = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 6 }));
const which = fc.nat(99);
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('add' as const), weight, upper }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('edit' as const), which, weight, upper }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), which }) },
  { weight: 9, arbitrary: fc.record({ kind: fc.constant('open' as const), client: fc.nat(250) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('reset' as const), which }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'expire' as const }) },
);

const weights = fc.array(weight, { minLength: 2, maxLength: 5 });
const actions = fc.array(action, { minLength: 30, maxLength: 80 });

/** Seconds, as they are by default. */
const timeouts = { synReceived: 60, close: 10 } as const;
const names = Array.from({ length: 6 }, (_, index) => `10.1.0.${index + 1}`);
const vip: Endpoint = { address: '10.2.0.200', port: 80 };

/** A director and a model of its scheduler, side by side. */
class SideBySide {
  readonly #director = new VmDirector({ realServers: 256 });
  readonly #known = new Map<string, ModelServer>();
  readonly #player = new PickPlayer(this.#director);
  readonly #key = this.#player.key(vip);
  readonly #model;
  readonly #thresholds: boolean;
  readonly #connections: {
    client: Endpoint;
    server: ModelServer;
    active: boolean;
    expires: number;
  }[] = [];
  #seconds = 0;
  #opened = 0;

  constructor(scheduler: string, flags: number, seed: number) {
    // What wrr remembers of a round in which all were full is not described anywhere.
    this.#thresholds = scheduler !== 'wrr';
    this.#director.random = randomFrom(seed);
    this.#model = schedulerModels[scheduler]?.({
      fallback: (flags & ServiceFlag.fallback) !== 0,
      port: (flags & ServiceFlag.port) !== 0,
      now: () => this.#seconds,
      random: randomFrom(seed),
    });
    this.#director.apply(addService(this.#key, scheduler, { schedulerFlags: flags }));
  }

  do(step: Action): void {
    if (step.kind === 'add') this.#add(step);
    else if (step.kind === 'open') this.#open(step.client);
    else if (step.kind === 'expire') this.#expire();
    else if (step.kind === 'reset') this.#reset(step.which);
    else {
      const servers = this.#model?.servers ?? [];
      const server = servers[step.which % Math.max(1, servers.length)];
      if (server === undefined) return;
      if (step.kind === 'delete') this.#delete(server);
      else this.#edit(server, step);
    }
  }

  #add({ weight, upper }: { weight: number; upper: number }): void {
    const taken = new Set(this.#model?.servers.map((server) => server.name));
    const name = names.find((candidate) => !taken.has(candidate));
    if (name === undefined) return;
    // One that was deleted comes back with the connections that it had.
    const server = this.#known.get(name) ?? unused(name);
    this.#known.set(name, server);
    server.lastWeight = weight;
    this.#configure(server, weight, upper);
    this.#director.apply(addServer(this.#key, this.#realServer(server)));
    this.#model?.add(server);
  }

  #edit(server: ModelServer, { weight, upper }: { weight: number; upper: number }): void {
    this.#configure(server, weight, upper);
    this.#director.apply(editServer(this.#key, this.#realServer(server)));
    this.#model?.edited();
  }

  #delete(server: ModelServer): void {
    this.#director.apply(deleteServer(this.#key, { address: server.name, port: 80 }));
    this.#model?.remove(server);
  }

  #configure(server: ModelServer, weight: number, upper: number): void {
    server.weight = weight;
    if (weight > 0) server.lastWeight = weight;
    server.upperThreshold = this.#thresholds ? upper : 0;
    server.lowerThreshold = server.upperThreshold - Math.floor(server.upperThreshold / 4);
    this.#check(server);
  }

  #check(server: ModelServer): void {
    const total = server.active + server.inactive;
    if (server.upperThreshold === 0 || total < server.lowerThreshold) server.overloaded = false;
    else if (total >= server.upperThreshold) server.overloaded = true;
  }

  #realServer({ name, weight, upperThreshold }: ModelServer): ReturnType<typeof masqueraded> {
    return masqueraded(this.#director, { address: name, port: 80 }, { weight, upperThreshold });
  }

  #open(number: number): void {
    const client = { address: `10.3.0.${number}`, port: 1024 + this.#opened++ };
    const flow = { client: client.address, clientPort: client.port, vip: vip.address };
    const wanted = this.#model?.pick(flow);
    expect(this.#player.open(client, vip)).toBe(wanted?.name);
    if (wanted === undefined) return;
    wanted.active++;
    this.#check(wanted);
    const expires = this.#seconds + timeouts.synReceived;
    this.#connections.push({ client, server: wanted, active: true, expires });
  }

  /** A connection becomes inactive: the real server took it, then the client reset it. */
  #reset(which: number): void {
    const living = this.#connections.filter(
      ({ active, server }) => active && this.#isConfigured(server),
    );
    const connection = living[which % Math.max(1, living.length)];
    if (connection === undefined) return;
    const server = { address: connection.server.name, port: 80 };
    this.#player.establish(connection.client, vip, server);
    this.#player.reset(connection.client, vip);
    connection.active = false;
    connection.expires = this.#seconds + timeouts.close;
    connection.server.active--;
    connection.server.inactive++;
  }

  /** Connections that are still active are kept alive, if their real server is there. */
  #expire(): void {
    for (const connection of this.#connections) {
      if (!connection.active || !this.#isConfigured(connection.server)) continue;
      this.#player.keepAlive(connection.client, vip);
      connection.expires = this.#seconds + timeouts.synReceived;
    }
    this.#seconds += timeouts.close + 1;
    this.#director.wait(timeouts.close + 1);
    this.#director.sweep();
    for (const connection of [...this.#connections]) {
      const { server, active, expires } = connection;
      if (expires > this.#seconds) continue;
      this.#connections.splice(this.#connections.indexOf(connection), 1);
      if (active) server.active--;
      else server.inactive--;
      if (server.active + server.inactive < server.lowerThreshold) server.overloaded = false;
    }
  }

  #isConfigured(server: ModelServer): boolean {
    return this.#model?.servers.includes(server) === true;
  }

  compareCounts(): void {
    for (const { name, active, inactive } of this.#model?.servers ?? []) {
      expect({ name, ...this.#director.countsOf(name) }).toMatchObject({ name, active, inactive });
    }
  }
}

const unused = (name: string): ModelServer => ({
  name,
  active: 0,
  inactive: 0,
  overloaded: false,
  weight: 0,
  lastWeight: 0,
  upperThreshold: 0,
  lowerThreshold: 0,
});

/** Numbers of 32 bits that look random: a linear congruential generator (Numerical Recipes, section 7.1). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0);
}

const flags = fc.constantFrom(0, 8, 16, 24);

test.each(Object.keys(schedulerModels))(
  '%s picks like its description whatever happens in between',
  (scheduler) => {
    fc.assert(
      fc.property(weights, actions, flags, fc.nat(), (weights, actions, flags, seed) => {
        const both = new SideBySide(scheduler, flags, seed);
        for (const weight of weights) both.do({ kind: 'add', weight, upper: 0 });
        for (const step of actions) both.do(step);
        both.compareCounts();
      }),
      { numRuns: 15 },
    );
  },
);
