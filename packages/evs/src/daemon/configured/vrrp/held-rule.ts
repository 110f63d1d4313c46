import type { Configuration } from '../../../config/index.ts';
import type { NewRule, RuleAction } from '../../../linux/index.ts';
import { familyOf, IpProtocol } from '../../../packet/index.ts';
import { protocolNumber, tableNumber } from './named-numbers.ts';

type RuleEntry = Configuration['staticRules'][number];

/** A rule entry as the kernel takes it: one, or one for each family that it may be about. keepalived.conf(5). */
export function heldRule(entry: RuleEntry): readonly NewRule[] {
  return familiesOf(entry).map((family) => ({
    family,
    ...actionOf(entry),
    ...selectorsOf(entry),
    protocol: protocolNumber(text(entry, 'protocol')),
  }));
}

const text = ({ attributes }: RuleEntry, name: string): string | undefined =>
  attributes[name] as string | undefined;
const number = ({ attributes }: RuleEntry, name: string): number | undefined =>
  attributes[name] as number | undefined;

function familiesOf(entry: RuleEntry): readonly ('ipv4' | 'ipv6')[] {
  if (entry.family !== undefined) return [entry.family === 'inet' ? 'ipv4' : 'ipv6'];
  const prefix = (entry.attributes['from'] ?? entry.attributes['to']) as NewRule['from'];
  return [prefix === undefined ? 'ipv4' : familyOf(prefix.address)];
}

function actionOf(entry: RuleEntry): Pick<NewRule, 'action' | 'table' | 'goto'> {
  const { attributes } = entry;
  const table = text(entry, 'table');
  const to = number(entry, 'goto');
  if (to !== undefined) return { action: 'goto', goto: to };
  const said = (['nop', 'blackhole', 'unreachable', 'prohibit'] as const).find(
    (action) => attributes[action] === true || attributes['type'] === action,
  );
  const action: RuleAction = said ?? 'table';
  const chosen = table === undefined ? undefined : tableNumber(table);
  return { action, ...(chosen !== undefined && { table: chosen }) };
}

function selectorsOf(entry: RuleEntry): Partial<NewRule> {
  const { attributes } = entry;
  const named: Readonly<Record<string, unknown>> = {
    from: attributes['from'],
    to: attributes['to'],
    inputInterface: attributes['iif'],
    outputInterface: attributes['oif'],
    typeOfService: attributes['tos'],
    priority: attributes['priority'],
    tunnelId: attributes['tunnel-id'],
    suppressPrefixLength: attributes['suppress_prefixlength'],
    suppressGroup: wholeNumber(text(entry, 'suppress_ifgroup')),
    l3mdev: attributes['l3mdev'],
    inverted: attributes['not'],
    mark: markOf(text(entry, 'fwmark')),
    users: rangeOf(text(entry, 'uidrange')),
    ipProtocol: ipProtocolOf(text(entry, 'ipproto')),
    sourcePorts: rangeOf(text(entry, 'sport')),
    destinationPorts: rangeOf(text(entry, 'dport')),
    realms: realmsOf(text(entry, 'realms')),
  };
  return Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
}

const wholeNumber = (word: string | undefined): number | undefined =>
  word === undefined || Number.isNaN(Number(word)) ? undefined : Number(word);

/** `N` or `N/MASK`. */
function markOf(word: string | undefined): NewRule['mark'] {
  const [value, mask] = (word ?? '').split('/').map((part) => Number(part || Number.NaN));
  if (value === undefined || Number.isNaN(value)) return undefined;
  return { value, ...(mask !== undefined && !Number.isNaN(mask) && { mask }) };
}

/** `A-B` or `A`. */
function rangeOf(word: string | undefined): NewRule['users'] {
  const match = /^(\d+)(?:-(\d+))?$/.exec(word ?? '');
  return match === null ? undefined : [Number(match[1]), Number(match[2] ?? match[1])];
}

const ipProtocolOf = (word: string | undefined): number | undefined =>
  word !== undefined && Object.hasOwn(IpProtocol, word)
    ? IpProtocol[word as keyof typeof IpProtocol]
    : wholeNumber(word);

/** `FROM/TO` or `TO`, each 16 bits. */
function realmsOf(word: string | undefined): number | undefined {
  const match = /^(?:(\d+)\/)?(\d+)$/.exec(word ?? '');
  return match === null ? undefined : Number(match[1] ?? 0) * 0x1_0000 + Number(match[2]);
}
