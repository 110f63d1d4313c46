import { isErrno, SystemCallError, type NewAddress, type Rtnetlink } from '../../linux/index.ts';
import type { HeldAddress, HeldRoute, Holdings } from './plan.ts';

/** ifindex of a device by its name; undefined if there is none. */
export type FindDevice = (name: string) => number | undefined;

interface Tools {
  readonly netlink: Rtnetlink;
  /** Where addresses go that name no device. */
  readonly device: string;
  readonly find: FindDevice;
  readonly complain: (text: string) => void;
}

/**
 * Puts all of it in place: addresses, then routes, then rules. What is there stays; what fails is told. Returns how many of
 * them were not there.
 */
export function hold({ addresses, routes, rules }: Holdings, tools: Tools): number {
  const { netlink } = tools;
  let count = 0;
  const put = (change: () => void): void => {
    if (attempt(tools, ['EEXIST'], change)) count++;
  };
  for (const address of addresses) {
    onDevice(address.device ?? tools.device, tools, (ifindex) => {
      put(() => {
        netlink.addAddress({ ...plain(address), ifindex });
      });
    });
  }
  for (const route of routes) {
    put(() => {
      netlink.addRoute(resolved(route, tools.find));
    });
  }
  for (const rule of rules) {
    put(() => {
      netlink.addRule(rule);
    });
  }
  return count;
}

/** Takes all of it away, in reverse. What is gone is no mistake. */
export function release({ addresses, routes, rules }: Holdings, tools: Tools): void {
  const { netlink } = tools;
  for (const rule of rules.toReversed()) {
    attempt(tools, ['ENOENT'], () => {
      netlink.removeRule(rule);
    });
  }
  for (const route of routes.toReversed()) {
    attempt(tools, ['ESRCH', 'ENODEV'], () => {
      netlink.removeRoute(resolved(route, tools.find));
    });
  }
  for (const address of addresses) {
    const ifindex = tools.find(address.device ?? tools.device);
    if (ifindex === undefined) continue;
    attempt(tools, ['EADDRNOTAVAIL', 'ENODEV'], () => {
      netlink.removeAddress({ ...plain(address), ifindex });
    });
  }
}

/** As the kernel knows it, without what only we know. */
function plain(held: HeldAddress): Omit<NewAddress, 'ifindex'> {
  const { device: _device, noTrack: _noTrack, ...address } = held;
  return address;
}

/** By number, as the kernel wants it. A device that is gone leaves its number out, and the kernel says so. */
function resolved({ device, nextHops, ...route }: HeldRoute, find: FindDevice) {
  const numberOf = (name: string | undefined) => {
    const ifindex = name === undefined ? undefined : find(name);
    return ifindex === undefined ? {} : { ifindex };
  };
  const hops = nextHops?.map(({ device: by, ...hop }) => ({ ...hop, ...numberOf(by) }));
  return { ...route, ...numberOf(device), ...(hops !== undefined && { nextHops: hops }) };
}

function onDevice(name: string, { find, complain }: Tools, act: (ifindex: number) => void): void {
  const ifindex = find(name);
  if (ifindex === undefined) complain(`There is no device ${name}`);
  else act(ifindex);
}

/** Whether the change was made. */
function attempt({ complain }: Tools, harmless: readonly string[], change: () => void): boolean {
  try {
    change();
    return true;
  } catch (error) {
    if (harmless.some((errno) => isErrno(error, errno))) return false;
    if (!(error instanceof SystemCallError)) throw error;
    complain(error.message);
    return false;
  }
}
