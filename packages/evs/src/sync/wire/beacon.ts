import { be16, be32, be64, packed, u8, type Infer } from '@evs/ebpf';
import type { Authentication } from '../authentication.ts';

/** EVSB. */
const beaconMagic = 0x4556_5342;

/**
 * What a master says about itself once a second, to the group of its messages but another port: ip_vs does not hear it.
 * Backups tell by it what they have missed, and where to ask for all connections.
 */
export const Beacon = packed('sync beacon', {
  magic: be32,
  version: u8,
  syncId: u8,
  /** TCP port that answers requests. */
  answerPort: be16,
  /** When the master began, in milliseconds since 1970: tells one from another at the same address. */
  epoch: be64,
  /** Of this beacon. */
  sequence: be64,
  /** Sent so far. */
  messages: be64,
  connections: be64,
  /** Connections that it should have told of and could not. */
  lost: be64,
  /** How long the oldest connection of its last messages had waited, in milliseconds. */
  delayMs: be32,
});
export type Beacon = Omit<Infer<typeof Beacon>, 'magic' | 'version'>;

/** Where beacons go: beyond the 64 ports that messages may have. */
export const beaconPort = (port: number): number => (port + 64 > 0xffff ? port - 64 : port + 64);

export const writeBeacon = (authentication: Authentication, beacon: Beacon): Uint8Array =>
  authentication.sign('beacon', Beacon.encode({ ...beacon, magic: beaconMagic, version: 1 }));

/** Undefined if it is none, or not from one of us. */
export function readBeacon(authentication: Authentication, bytes: Uint8Array): Beacon | undefined {
  const opened = authentication.open('beacon', bytes);
  if (opened?.length !== Beacon.sizeBytes) return undefined;
  const { magic, version, ...beacon } = Beacon.decode(opened);
  return magic === beaconMagic && version === 1 ? beacon : undefined;
}
