import { be16, be32, packed, u32, u8 } from '@evs/ebpf';

/**
 * Messages of ip_vs's sync daemons (kernel: net/netfilter/ipvs/ip_vs_sync.c): a header, then records. A receiver
 * of version 0 takes a message of version 1 for one without records.
 */

export const MessageHeader1 = packed('sync message', {
  zero: u8,
  syncId: u8,
  /** Of the whole message. */
  sizeBytes: be16,
  count: u8,
  version: u8,
  spare: be16,
});
export const MessageHeader0 = packed('sync message of version 0', {
  count: u8,
  syncId: u8,
  sizeBytes: be16,
});

/** What all records of version 1 begin with. Three addresses follow (client, virtual, destination), then options. */
export const Record1 = packed('sync record', {
  /** Bit 0: IPv6. */
  type: u8,
  protocol: u8,
  /** The record's version, 0, in the upper four bits; its size with options in the lower twelve. */
  size: be16,
  flags: be32,
  state: be16,
  clientPort: be16,
  virtualPort: be16,
  destinationPort: be16,
  mark: be32,
  timeoutSeconds: be32,
});
export const recordSizeMask = 0xfff;

/** A record of version 0, IPv4 only. Sequences may follow, in the sender's byte order. */
export const Record0 = packed('sync record of version 0', {
  zero: u8,
  protocol: u8,
  clientPort: be16,
  virtualPort: be16,
  destinationPort: be16,
  client: be32,
  virtual: be32,
  destination: be32,
  flags: be16,
  state: be16,
});

/** Types of a record's options: type, length of what follows, data. */
export const OptionType = { sequences: 1, engineData: 2, engineName: 3 } as const;
/** With this bit in its type, an option may be left out of account by those who do not know it. */
export const ignorableOption = 0x40;

export const Sequences1 = packed('sync sequences', sequenceFields(be32));
export const Sequences0 = packed('sync sequences of version 0', sequenceFields(u32));

function sequenceFields<T extends typeof be32 | typeof u32>(number: T) {
  return {
    inInitial: number,
    inDelta: number,
    inPreviousDelta: number,
    outInitial: number,
    outDelta: number,
    outPreviousDelta: number,
  };
}
