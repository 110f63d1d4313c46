import { addressBytes, type IpAddress } from '../../packet/ip-address.ts';
import { attribute } from './attributes.ts';
import { requestFlag } from './constants.ts';
import { RuleHeader } from './layouts.ts';
import type { RequestSocket } from './request-socket.ts';

/** FRA_ of include/uapi/linux/fib_rules.h. */
const attributeType = {
  destination: 1,
  source: 2,
  inputInterface: 3,
  goto: 4,
  priority: 6,
  mark: 10,
  realms: 11,
  tunnelId: 12,
  suppressGroup: 13,
  suppressPrefixLength: 14,
  table: 15,
  markMask: 16,
  outputInterface: 17,
  l3mdev: 19,
  userRange: 20,
  protocol: 21,
  ipProtocol: 22,
  sourcePorts: 23,
  destinationPorts: 24,
} as const;

/** FR_ACT_ of the same file. */
export const ruleActions = {
  table: 1,
  goto: 2,
  nop: 3,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
} as const;
export type RuleAction = keyof typeof ruleActions;
const invertFlag = 2;

type Prefix = { readonly address: IpAddress; readonly length: number };
/** First and last. */
type Range = readonly [number, number];

/** A rule to be added or removed. ip-rule(8). */
export interface NewRule {
  readonly family: 'ipv4' | 'ipv6';
  readonly action: RuleAction;
  /** Of the action `table`. */
  readonly table?: number;
  /** Priority of the rule to go on with, of the action `goto`. */
  readonly goto?: number;
  readonly priority?: number;
  readonly from?: Prefix;
  readonly to?: Prefix;
  readonly inputInterface?: string;
  readonly outputInterface?: string;
  readonly typeOfService?: number;
  readonly mark?: { readonly value: number; readonly mask?: number };
  readonly users?: Range;
  /** IP protocol number. */
  readonly ipProtocol?: number;
  readonly sourcePorts?: Range;
  readonly destinationPorts?: Range;
  readonly tunnelId?: number;
  readonly l3mdev?: boolean;
  /** RTPROT_ of include/uapi/linux/rtnetlink.h. */
  readonly protocol: number;
  readonly realms?: number;
  readonly suppressPrefixLength?: number;
  readonly suppressGroup?: number;
  /** What does not match. */
  readonly inverted?: boolean;
}

export function addRule(socket: RequestSocket, rule: NewRule): void {
  socket.request({
    type: 'newRule',
    flags: requestFlag.create | requestFlag.exclusive,
    parts: partsOf(rule),
    attempt: 'add',
    on: nameOf(rule),
  });
}

export function removeRule(socket: RequestSocket, rule: NewRule): void {
  socket.request({
    type: 'deleteRule',
    parts: partsOf(rule),
    attempt: 'remove',
    on: nameOf(rule),
  });
}

const nameOf = ({ family, priority }: NewRule): string =>
  `the ${family} routing rule${priority === undefined ? '' : ` ${priority}`}`;

function headerOf(rule: NewRule): Uint8Array {
  const { from, to, table = 0 } = rule;
  return RuleHeader.encode({
    family: rule.family === 'ipv4' ? 2 : 10,
    destinationLength: to?.length ?? 0,
    sourceLength: from?.length ?? 0,
    typeOfService: rule.typeOfService ?? 0,
    table: table < 256 ? table : 0,
    action: ruleActions[rule.action],
    flags: rule.inverted === true ? invertFlag : 0,
  });
}

function partsOf(rule: NewRule): Uint8Array[] {
  const { from, to, mark } = rule;
  return [
    headerOf(rule),
    ...optional('destination', to && addressBytes(to.address)),
    ...optional('source', from && addressBytes(from.address)),
    ...optional('inputInterface', rule.inputInterface),
    ...optional('outputInterface', rule.outputInterface),
    ...optional('goto', rule.goto),
    ...optional('priority', rule.priority),
    ...optional('mark', mark?.value),
    ...optional('markMask', mark?.mask),
    ...optional('realms', rule.realms),
    ...optional('tunnelId', rule.tunnelId === undefined ? undefined : be64(rule.tunnelId)),
    ...optional('suppressGroup', rule.suppressGroup),
    ...optional('suppressPrefixLength', rule.suppressPrefixLength),
    ...optional('table', rule.table),
    ...optional('l3mdev', rule.l3mdev === true ? Uint8Array.of(1) : undefined),
    ...optional('userRange', rule.users && words(rule.users)),
    ...optional('protocol', Uint8Array.of(rule.protocol)),
    ...optional(
      'ipProtocol',
      rule.ipProtocol === undefined ? undefined : Uint8Array.of(rule.ipProtocol),
    ),
    ...optional('sourcePorts', rule.sourcePorts && halfWords(rule.sourcePorts)),
    ...optional('destinationPorts', rule.destinationPorts && halfWords(rule.destinationPorts)),
  ];
}

const optional = (
  name: keyof typeof attributeType,
  value: Uint8Array | number | string | undefined,
): Uint8Array[] => (value === undefined ? [] : [attribute(attributeType[name], value)]);

function be64(value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}
const words = (range: Range): Uint8Array => new Uint8Array(Uint32Array.from(range).buffer);
const halfWords = (range: Range): Uint8Array => new Uint8Array(Uint16Array.from(range).buffer);
