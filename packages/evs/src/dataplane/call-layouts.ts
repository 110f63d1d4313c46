import { be16, be32, bytes, reserved, struct, u32, u64, u8 } from '@evs/ebpf';

/** The number of a call, as it stands in the keys of templates; in `Connection.packets` above the count. */
export const callMask = 0xffff_ff00;
/** Every call's number has it, and no slot. */
export const callBit = 0x8000_0000;

/** Longest Call-ID, as in ip_vs. */
export const longestCallId = 255;
/** A Call-ID of clients, beside what a template's key is made of. Zeros follow it. */
export const CallKey4 = struct('call_key4', {
  client: be32,
  virtual: be32,
  port: be16,
  protocol: u8,
  lengthBytes: u8,
  _: reserved(4),
  callId: bytes(longestCallId + 1),
});
export const CallKey6 = struct('call_key6', {
  client: bytes(16),
  virtual: bytes(16),
  port: be16,
  protocol: u8,
  lengthBytes: u8,
  _: reserved(4),
  callId: bytes(longestCallId + 1),
});
/** Stands for a Call-ID in the keys of templates. */
export const Call = struct('call', {
  /** In jiffies64. */
  usedAt: u64,
  /** Highest bit set, lowest byte 0. */
  number: u32,
  _: reserved(4),
});
/** The number that the next call gets. */
export const CallCounter = struct('call_counter', { next: u32 });

/** So much of a datagram is searched for its Call-ID. */
export const searchedBytes = 4096;
const scanFields = {
  /** A value of ScanState. */
  state: u32,
  /** Bytes of the header's name, then of its value, that have been read. */
  count: u32,
  /** 1 behind the colon. */
  colon: u32,
  /** Not 0 behind the at sign: bytes since then, and one. */
  domain: u32,
  /** 1 if the Call-ID is whole. */
  found: u32,
  /** Of the packet's call; 0 if its service does not ask. */
  number: u32,
  text: bytes(searchedBytes),
};
/** One processor's search for a Call-ID, and the key that it fills. */
export const CallScan4 = struct('call_scan4', { ...scanFields, key: CallKey4 });
export const CallScan6 = struct('call_scan6', { ...scanFields, key: CallKey6 });
