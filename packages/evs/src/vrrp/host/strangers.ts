import type { VirtualRouter } from '../virtual-router.ts';
import type { Observer } from './ports.ts';

type Place = Pick<VirtualRouter, 'family' | 'interface'>;

/**
 * Tells, once each, of virtual routers that others advertise and that are not configured here: keepalived's
 * log_unknown_vrids, which tells of every advertisement.
 */
export class Strangers {
  readonly #observer: Observer;
  #minds = false;
  /** Those that are configured, and those that have been told of. */
  readonly #known = new Set<string>();

  constructor(observer: Observer) {
    this.#observer = observer;
  }

  follow(configured: readonly VirtualRouter[], minds: boolean): void {
    this.#minds = minds;
    this.#known.clear();
    for (const router of configured) this.#known.add(keyOf(router, router.virtualRouterId));
  }

  /** An advertisement with this number, which is not that of the virtual router that heard it. */
  hear(by: VirtualRouter, virtualRouterId: number, source: string): void {
    const key = keyOf(by, virtualRouterId);
    if (!this.#minds || this.#known.has(key)) return;
    this.#known.add(key);
    const text = `${source} advertises virtual router ${virtualRouterId} on ${by.interface}, which is not configured here`;
    this.#observer.log(by.name, text, 'info');
  }
}

const keyOf = ({ family, interface: device }: Place, virtualRouterId: number): string =>
  `${family} ${device} ${virtualRouterId}`;
