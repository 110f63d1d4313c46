import type { AddressFamily, AddressPrefix, MarkRule, PortRange } from '../../director/index.ts';
import { EvsError } from '../../errors/index.ts';
import { familyOf, parseIpAddress } from '../../packet/index.ts';

/** A rule in the words of iptables, as options give it. */
export interface MarkRuleWords {
  readonly protocol?: string | undefined;
  readonly source?: string | undefined;
  readonly destination?: string | undefined;
  readonly sport?: string | undefined;
  readonly dport?: string | undefined;
  /** The rule is for IPv6, even if no address says so. */
  readonly 6?: boolean | undefined;
}

/** Throws E_INVALID that names the word; the director checks what the words mean. */
export function parseMarkRule(mark: string, words: MarkRuleWords): MarkRule {
  const source = optional(words.source, parsePrefix);
  const destination = optional(words.destination, parsePrefix);
  const protocol = optional(words.protocol, parseProtocol);
  const sourcePorts = optional(words.sport, parsePorts);
  const destinationPorts = optional(words.dport, parsePorts);
  return {
    mark: parseMark(mark),
    family: familyOfRule(words, source ?? destination),
    ...(protocol !== undefined && { protocol }),
    ...(source !== undefined && { source }),
    ...(destination !== undefined && { destination }),
    ...(sourcePorts !== undefined && { sourcePorts }),
    ...(destinationPorts !== undefined && { destinationPorts }),
  };
}

/** `5 -p tcp -d 192.0.2.1/32 --dport 80:90`: what `evs mark add` takes. */
export function printMarkRule(rule: MarkRule): string {
  const { mark, family, protocol, source, destination, sourcePorts, destinationPorts } = rule;
  const words = [
    String(mark),
    family === 'ipv6' && '-6',
    protocol !== undefined && `-p ${protocol}`,
    source !== undefined && `-s ${source.address}/${source.length}`,
    destination !== undefined && `-d ${destination.address}/${destination.length}`,
    sourcePorts !== undefined && `--sport ${printPorts(sourcePorts)}`,
    destinationPorts !== undefined && `--dport ${printPorts(destinationPorts)}`,
  ];
  return words.filter((word) => word !== false).join(' ');
}

const printPorts = ({ first, last }: PortRange): string =>
  first === last ? String(first) : `${first}:${last}`;

const optional = <T>(text: string | undefined, parse: (text: string) => T): T | undefined =>
  text === undefined ? undefined : parse(text);

const familyOfRule = (words: MarkRuleWords, prefix: AddressPrefix | undefined): AddressFamily => {
  if (prefix !== undefined) return familyOf(prefix.address);
  return words[6] === true ? 'ipv6' : 'ipv4';
};

/** Decimal, or hexadecimal after 0x. */
function parseMark(text: string): number {
  const mark = /^(0x[0-9a-f]{1,8}|\d{1,10})$/i.test(text) ? Number(text) : 0;
  if (mark >= 1 && mark <= 0xffff_ffff) return mark;
  throw invalid(`Cannot use ${JSON.stringify(text)} as a firewall mark: marks are 1 to 4294967295`);
}

function parseProtocol(text: string): 'tcp' | 'udp' | 'sctp' {
  const found = (['tcp', 'udp', 'sctp'] as const).find((name) => name === text);
  if (found !== undefined) return found;
  throw invalid(`Cannot match protocol ${JSON.stringify(text)}: there are tcp, udp and sctp`);
}

function parsePrefix(text: string): AddressPrefix {
  const [, written = '', bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = parseIpAddress(written);
  if (address === undefined) {
    throw invalid(`Cannot match ${JSON.stringify(text)}: it is not ADDRESS or ADDRESS/BITS`);
  }
  const all = familyOf(address) === 'ipv4' ? 32 : 128;
  return { address, length: bits === undefined ? all : Number(bits) };
}

/** `80`, `80:90`, `:1023` or `1024:`. */
function parsePorts(text: string): PortRange {
  const [, first = '', colon, last = ''] = /^(\d{0,5})(:?)(\d{0,5})$/.exec(text) ?? [];
  if (colon === undefined || (first === '' && last === '')) {
    throw invalid(`Cannot match ports ${JSON.stringify(text)}: they are PORT or FIRST:LAST`);
  }
  if (colon === '') return { first: Number(text), last: Number(text) };
  return { first: Number(first), last: last === '' ? 0xffff : Number(last) };
}

const invalid = (message: string): EvsError => new EvsError('E_INVALID', message);
