import type { BpfMap, Infer } from '@evs/ebpf';
import {
  mostMarkRules,
  type AddressPrefix,
  type MarkRule,
  type PortRange,
} from '../../director/index.ts';
import { addressBytes, IpProtocol } from '../../packet/index.ts';
import { MatchRule, Settings } from '../layouts.ts';
import { Record } from './record.ts';

interface RuleTables {
  readonly matchRules: () => BpfMap;
  readonly settings: BpfMap;
}

/** Fills the list that is not in use, then turns to it: a packet meets the old rules or the new ones. */
export function writeMatchRules(tables: RuleTables, rules: readonly MarkRule[]): void {
  const settings = new Record(Settings, tables.settings.view(0));
  const present = settings.u64('matchRules');
  if (rules.length === 0) {
    settings.setU64('matchRules', 0n);
    return;
  }
  const table = tables.matchRules();
  const base = Number(present >> 32n);
  const isWritten =
    Number(present & 0xffff_ffffn) === rules.length &&
    rules.every((rule, index) => isSame(table, base + index, rule));
  if (isWritten) return;
  const next = base === 0 ? mostMarkRules : 0;
  for (const [index, rule] of rules.entries()) table.set({ index: next + index }, entryOf(rule));
  settings.setU64('matchRules', (BigInt(next) << 32n) | BigInt(rules.length));
}

const isSame = (table: BpfMap, index: number, rule: MarkRule): boolean => {
  const view = table.view(index);
  const bytes = new Uint8Array(view.buffer, view.byteOffset, MatchRule.sizeBytes);
  return Buffer.compare(bytes, MatchRule.encode(entryOf(rule))) === 0;
};

const everyPort: PortRange = { first: 0, last: 0xffff };

function entryOf(rule: MarkRule): Infer<typeof MatchRule> {
  const { sourcePorts = everyPort, destinationPorts = everyPort, protocol } = rule;
  return {
    source: padded(rule.source),
    sourceMask: maskOf(rule.source),
    destination: padded(rule.destination),
    destinationMask: maskOf(rule.destination),
    firstSourcePort: sourcePorts.first,
    lastSourcePort: sourcePorts.last,
    firstDestinationPort: destinationPorts.first,
    lastDestinationPort: destinationPorts.last,
    family: rule.family === 'ipv4' ? 4 : 6,
    protocol: protocol === undefined ? 0 : IpProtocol[protocol],
    mark: rule.mark,
  };
}

/** An address as far as its mask goes: only those bits are compared. */
function padded(prefix: AddressPrefix | undefined): Uint8Array {
  const bytes = new Uint8Array(16);
  if (prefix !== undefined) bytes.set(addressBytes(prefix.address));
  return bytes.map((byte, index) => byte & (maskOf(prefix)[index] ?? 0));
}

const maskOf = (prefix: AddressPrefix | undefined): Uint8Array =>
  Uint8Array.from({ length: 16 }, (_, index) => {
    const bits = Math.min(8, Math.max(0, (prefix?.length ?? 0) - 8 * index));
    return 0xff & (0xff << (8 - bits));
  });
