import { adjustRoom } from './adjust-room.ts';
import { checksumDifference, l3ChecksumReplace, l4ChecksumReplace } from './checksum-helpers.ts';
import { jiffies, ktimeNs, networkNamespaceCookie, processor, random } from './clock-helpers.ts';
import type { Helper } from './helper.ts';
import { forEachMapElement, loop } from './iteration-helpers.ts';
import { mapDelete, mapLookup, mapUpdate, ringBufferOutput } from './map-helpers.ts';
import {
  redirect,
  redirectMap,
  redirectNeighbour,
  redirectPeer,
  routeLookup,
} from './redirect-helpers.ts';
import {
  changeProtocol,
  changeTail,
  loadBytes,
  pullData,
  storeBytes,
} from './socket-buffer-helpers.ts';
import { adjustHead, adjustTail, xdpLoadBytes } from './xdp-helpers.ts';

export { HelperCall } from './helper-call.ts';

/** By number, `enum bpf_func_id` of include/uapi/linux/bpf.h. */
const helpers = new Map<number, Helper>([
  [1, mapLookup],
  [2, mapUpdate],
  [3, mapDelete],
  [5, ktimeNs],
  [7, random],
  [8, processor],
  [9, storeBytes],
  [10, l3ChecksumReplace],
  [11, l4ChecksumReplace],
  [23, redirect],
  [26, loadBytes],
  [28, checksumDifference],
  [31, changeProtocol],
  [38, changeTail],
  [39, pullData],
  [44, adjustHead],
  [50, adjustRoom],
  [51, redirectMap],
  [65, adjustTail],
  [69, routeLookup],
  [118, jiffies],
  [122, networkNamespaceCookie],
  [125, ktimeNs],
  [130, ringBufferOutput],
  [152, redirectNeighbour],
  [155, redirectPeer],
  [160, ktimeNs],
  [164, forEachMapElement],
  [181, loop],
  [189, xdpLoadBytes],
]);

/** Undefined for a helper that the interpreter does not have. */
export const findHelper = (id: number): Helper | undefined => helpers.get(id);

/** How many argument registers a helper reads. */
export const helperArguments = (id: number): number => helpers.get(id)?.arguments ?? 0;
