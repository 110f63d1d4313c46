import type { Direction, Filter, FilterPlace } from '../netlink/traffic-control.ts';
import type { Rtnetlink } from '../netlink/rtnetlink.ts';
import { isErrno } from '../system-call.ts';
import type { Attachment } from './attachment.ts';
import type { KernelProgram } from './kernel-program.ts';

/**
 * Attaches a tc program as a filter on a clsact qdisc: for kernels before 6.6, which have no tcx links. A filter
 * of the same name is replaced without a gap; others stay. **It outlives the process**: `detach` removes it, and
 * closing the result does nothing.
 */
export function attachClsact(
  rtnetlink: Rtnetlink,
  program: KernelProgram,
  ifindex: number,
  direction: Direction,
  name: string = program.name,
): ClsactFilter {
  const createdQdisc = ensureClsact(rtnetlink, ifindex);
  const place = placeFor(name, ifindex, direction, rtnetlink.filters(ifindex, direction));
  rtnetlink.putBpfFilter(place, program.fd, name);
  return new ClsactFilter(rtnetlink, place, name, createdQdisc);
}

/** Finds the filter of a name that an earlier process left; undefined if there is none. */
export function findClsact(
  rtnetlink: Rtnetlink,
  ifindex: number,
  direction: Direction,
  name: string,
): ClsactFilter | undefined {
  if (!rtnetlink.qdiscKinds(ifindex).includes('clsact')) return undefined;
  const filter = rtnetlink.filters(ifindex, direction).find((other) => other.name === name);
  return filter && new ClsactFilter(rtnetlink, filter, name, false);
}

/** A filter of ours on a clsact qdisc. */
export class ClsactFilter implements Attachment {
  readonly kind: 'clsact-ingress' | 'clsact-egress';
  readonly ifindex: number;
  readonly #rtnetlink: Rtnetlink;
  readonly #place: FilterPlace;
  readonly #name: string;
  readonly #createdQdisc: boolean;

  constructor(rtnetlink: Rtnetlink, place: FilterPlace, name: string, createdQdisc: boolean) {
    this.kind = `clsact-${place.direction}`;
    this.ifindex = place.ifindex;
    this.#rtnetlink = rtnetlink;
    this.#place = place;
    this.#name = name;
    this.#createdQdisc = createdQdisc;
  }

  update(program: KernelProgram): void {
    this.#rtnetlink.putBpfFilter(this.#place, program.fd, this.#name);
  }

  /** Removes this filter only; also the qdisc if it was made for it and nothing is left on it. */
  detach(): void {
    const { ifindex } = this;
    this.#rtnetlink.removeBpfFilter(this.#place);
    if (!this.#createdQdisc) return;
    const left = (['ingress', 'egress'] as const).flatMap((direction) =>
      this.#rtnetlink.filters(ifindex, direction),
    );
    if (left.length === 0) this.#rtnetlink.removeClsact(ifindex);
  }

  /** The kernel keeps the filter. */
  [Symbol.dispose](): void {}
}

/** True if the qdisc was not there. */
function ensureClsact(rtnetlink: Rtnetlink, ifindex: number): boolean {
  try {
    rtnetlink.addClsact(ifindex);
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    throw error;
  }
}

/** The place of the filter of this name, else the first free one: filters of a priority are of one kind. */
function placeFor(
  name: string,
  ifindex: number,
  direction: Direction,
  present: readonly Filter[],
): FilterPlace {
  const mine = present.find((filter) => filter.kind === 'bpf' && filter.name === name);
  if (mine !== undefined) return mine;
  const taken = new Set(present.map((filter) => filter.priority));
  let priority = 1;
  while (taken.has(priority)) priority++;
  return { ifindex, direction, priority, handle: 1 };
}
