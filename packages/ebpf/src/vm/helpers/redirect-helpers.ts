import { VmDeviceMap } from '../maps/device-map.ts';
import { Violation } from '../memory/violation.ts';
import type { HelperCall } from './helper-call.ts';
import type { Helper } from './helper.ts';

/** XDP_ABORTED and XDP_REDIRECT, TC_ACT_SHOT and TC_ACT_REDIRECT. */
const xdpAborted = 0;
const xdpRedirect = 4;
const tcShot = 2;
const tcRedirect = 7;
/** BPF_F_INGRESS. */
const ingress = 1;
/** `struct bpf_redir_neigh`: address family, then 16 bytes of address. */
const neighbourBytes = 20;
const ipv4Family = 2;

export const redirect: Helper = {
  arguments: 2,
  run: (call) => {
    const flags = call.unsigned(2);
    const isXdp = call.hook === 'xdp';
    if ((flags & ~(isXdp ? 0 : ingress)) !== 0) return isXdp ? xdpAborted : tcShot;
    call.redirect({ ifindex: call.unsigned(1), flags });
    return isXdp ? xdpRedirect : tcRedirect;
  },
};

/** The lowest two bits of the flags are the result if the map has no such entry. */
export const redirectMap: Helper = {
  arguments: 3,
  run: (call) => {
    const map = call.map(1);
    const flags = call.unsigned(3);
    if (!(map instanceof VmDeviceMap)) throw new Violation('argument 1 is not a device map');
    if ((flags & ~3) !== 0) return xdpAborted;
    const target = map.get({ index: call.unsigned(2) });
    if (target === undefined) return flags & 3;
    call.redirect({ ifindex: Number(target['index']), flags });
    return xdpRedirect;
  },
};

/** The neighbour table finds the destination MAC; without parameters the route to the destination does. */
export const redirectNeighbour: Helper = {
  arguments: 4,
  run: (call) => {
    const size = call.unsigned(3);
    if ((size !== 0 && size < neighbourBytes) || !call.isZero(4)) return tcShot;
    const ifindex = call.unsigned(1);
    if (size === 0) call.redirect({ ifindex, flags: 0 });
    else call.redirect({ ifindex, flags: 0, neighbour: neighbourOf(call, size) });
    return tcRedirect;
  },
};

function neighbourOf(call: HelperCall, size: number): Uint8Array {
  const parameters = call.bytes(2, size);
  const family = new DataView(parameters.buffer, parameters.byteOffset).getUint32(0, true);
  return parameters.slice(4, family === ipv4Family ? 8 : neighbourBytes);
}

export const redirectPeer: Helper = {
  arguments: 2,
  run: (call) => {
    if (!call.isZero(2)) return tcShot;
    call.redirect({ ifindex: call.unsigned(1), flags: 0, peer: true });
    return tcRedirect;
  },
};

/** The answer comes from the environment, which may fill in the parameters. */
export const routeLookup: Helper = {
  arguments: 4,
  run: (call) => call.environment.routeLookup(call.room(2, call.unsigned(3)), call.unsigned(4)),
};
