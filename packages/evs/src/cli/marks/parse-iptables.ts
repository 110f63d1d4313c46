import { EvsError } from '../../errors/index.ts';
import type { MarkRule } from '../../director/index.ts';
import { parseMarkRule, type MarkRuleWords } from './mark-rule-words.ts';

/** What could be taken over of a firewall's marks. */
export interface ImportedMarkRules {
  /** First rule first: the last one of iptables, which has the last word there. */
  readonly rules: readonly MarkRule[];
  /** Lines that set a mark in a way that our rules cannot. */
  readonly skipped: readonly string[];
}

/**
 * The rules of `iptables-save -t mangle` (or ip6tables-save) that set a mark before routing, iptables-extensions(8)
 * MARK: by protocol, addresses and ports. Other lines are none of ours.
 */
export function parseIptables(text: string, ipv6: boolean): ImportedMarkRules {
  const lines = text.split('\n').filter((line) => /^-A PREROUTING .*-j MARK /.test(line));
  const parsed = lines.map((line) => ({ line, rules: parseLine(line, ipv6) }));
  return {
    rules: parsed.toReversed().flatMap(({ rules }) => rules ?? []),
    skipped: parsed.filter(({ rules }) => rules === undefined).map(({ line }) => line),
  };
}

/** Options with a value that we know; `-m` only names the module of others. */
const options: Readonly<Record<string, string>> = {
  '-p': 'protocol',
  '-s': 'source',
  '-d': 'destination',
  '--sport': 'sport',
  '--dport': 'dport',
  '--dports': 'dports',
  '-m': 'module',
  '-j': 'target',
  '--set-mark': 'mark',
  '--set-xmark': 'mark',
};

/** Undefined if the line says anything that a rule of ours cannot. */
function parseLine(line: string, ipv6: boolean): MarkRule[] | undefined {
  const words = line.split(' ').slice(2);
  const given: Record<string, string> = {};
  for (let at = 0; at < words.length; at += 2) {
    const name = options[words[at] ?? ''];
    const value = words[at + 1];
    if (name === undefined || value === undefined) return undefined;
    given[name] = value;
  }
  const mark = /^(\w+)(?:\/0xffffffff)?$/.exec(given['mark'] ?? '')?.[1];
  if (mark === undefined) return undefined;
  try {
    const ports = given['dports']?.split(',') ?? [given['dport']];
    return ports.map((dport) =>
      parseMarkRule(mark, { ...(given as MarkRuleWords), dport, 6: ipv6 }),
    );
  } catch (error) {
    if (error instanceof EvsError) return undefined;
    throw error;
  }
}
