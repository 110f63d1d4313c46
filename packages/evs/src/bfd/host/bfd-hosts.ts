import { randomInt } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { SystemCallError, UdpSocket } from '../../linux/index.ts';
import { bfdPort, familyOf, type IpAddress } from '../../packet/index.ts';
import { decodeControl } from '../control.ts';
import type { BfdPlan } from '../plan.ts';
import { BfdHost, type BfdHostTools, type BfdStatus } from './bfd-host.ts';

/** All sessions of a daemon, in the network namespace of this thread. */
export class BfdHosts implements Disposable {
  readonly #tools: BfdHostTools;
  #hosts: readonly BfdHost[] = [];
  /** By family and port. */
  readonly #ears = new Map<string, UdpSocket>();

  constructor(tools: BfdHostTools) {
    this.#tools = tools;
  }

  get statuses(): readonly BfdStatus[] {
    return this.#hosts.map(({ status }) => status);
  }

  /** Exactly these from now on. Sessions that did not change go on. */
  follow(plans: readonly BfdPlan[]): void {
    const before = this.#hosts;
    const known = plans.map((plan) => before.find((host) => isDeepStrictEqual(host.plan, plan)));
    for (const host of before) if (!known.includes(host)) host[Symbol.dispose]();
    this.#listen(plans);
    const hosts = known.filter((host) => host !== undefined);
    for (const [index, plan] of plans.entries()) {
      if (known[index] === undefined) hosts.push(new BfdHost(plan, freeNumber(hosts), this.#tools));
    }
    this.#hosts = hosts;
  }

  #listen(plans: readonly BfdPlan[]): void {
    const wanted = new Map(
      plans.map(({ neighbour, multihop }) => {
        const family = familyOf(neighbour);
        const port = multihop ? bfdPort.multihop : bfdPort.singleHop;
        return [`${family} ${port}`, { family, port }];
      }),
    );
    for (const [key, ear] of this.#ears) {
      if (wanted.has(key)) continue;
      ear[Symbol.dispose]();
      this.#ears.delete(key);
    }
    for (const [key, { family, port }] of wanted) {
      if (!this.#ears.has(key)) this.#open(key, family, port);
    }
  }

  #open(key: string, family: 'ipv4' | 'ipv6', port: number): void {
    try {
      const ear = new UdpSocket(family)
        .bind(family === 'ipv4' ? '0.0.0.0' : '::', port)
        .receiveTimeToLive()
        .watch((bytes, from, timeToLive) => {
          this.#hear(bytes, from, timeToLive);
        }, this.#tools.loop);
      this.#ears.set(key, ear);
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      this.#tools.log(`port ${port}`, error.message, 'problem');
    }
  }

  /** What came over more hops than it may is forged, or astray. RFC 5881 section 5. */
  #hear(bytes: Uint8Array, from: IpAddress, timeToLive: number): void {
    const control = decodeControl(bytes);
    if (control === undefined) return;
    const { yourDiscriminator: meant } = control;
    const host = this.#hosts.find(
      ({ plan, discriminator }) =>
        plan.neighbour === from && (meant === 0 || meant === discriminator),
    );
    if (host !== undefined && timeToLive >= host.plan.ttl - host.plan.maxHops) host.hear(control);
  }

  [Symbol.dispose](): void {
    this.follow([]);
  }
}

/** A discriminator that no other session has. */
function freeNumber(hosts: readonly BfdHost[]): number {
  const number = randomInt(1, 0xffff_ffff);
  return hosts.some(({ discriminator }) => discriminator === number) ? freeNumber(hosts) : number;
}
