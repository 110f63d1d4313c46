import { existsSync } from 'node:fs';
import { Rtnetlink, withNetworkNamespace } from '../../src/linux/index.ts';
import { run, type TestNamespace } from './network.ts';

/** What `bpftool` says of a loaded program; the tag is a hash of its instructions. */
export interface ShownProgram {
  readonly id: number;
  readonly name: string;
  readonly tag: string;
  readonly bytes_xlated: number;
}

/** Throws if no such program is loaded. */
export const showProgram = (id: number): ShownProgram =>
  JSON.parse(run('bpftool', '-j', 'prog', 'show', 'id', `${id}`)) as ShownProgram;

/** The tc program that a director has attached to a device; undefined if there is none. */
export function attachedProgram(
  namespace: TestNamespace,
  pinDirectory: string,
  device: string,
): ShownProgram | undefined {
  const ifindex = namespace.ifindex(device);
  const id = linkedProgram(`${pinDirectory}/link_${ifindex}_tc`) ?? filterOf(namespace, ifindex);
  return id === undefined ? undefined : showProgram(id);
}

function linkedProgram(pin: string): number | undefined {
  if (!existsSync(pin)) return undefined;
  const link = JSON.parse(run('bpftool', '-j', 'link', 'show', 'pinned', pin)) as {
    readonly prog_id: number;
  };
  return link.prog_id;
}

/** Kernels before 6.6 have no links at tc. */
const filterOf = (namespace: TestNamespace, ifindex: number): number | undefined =>
  withNetworkNamespace(namespace.path, () => {
    using netlink = new Rtnetlink();
    if (!netlink.clsactDevices().includes(ifindex)) return undefined;
    return netlink.filters(ifindex, 'ingress').find(({ name }) => name?.startsWith('evs'))
      ?.programId;
  });
