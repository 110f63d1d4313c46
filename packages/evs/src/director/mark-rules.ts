import { isDeepStrictEqual } from 'node:util';
import { EvsError } from '../errors/index.ts';
import { addressBytes, familyOf } from '../packet/ip-address.ts';
import { checkAddress, checkPort } from './check-address.ts';
import type { Draft } from './draft.ts';
import type { AddressPrefix, MarkRule, PortRange } from './model.ts';

/** How many there may be: a new connection may have to be compared with each. */
export const mostMarkRules = 128;

/** Adds a rule after all others. Throws E_INVALID if it is there already, or says what cannot be. */
export function addMarkRule(draft: Draft, rule: MarkRule): Draft {
  checkRule(rule);
  const rules = draft.markRules ?? [];
  if (rules.some((other) => isDeepStrictEqual(other, rule))) {
    throw invalid(`Cannot add a rule for mark ${rule.mark}: the same one is there already`);
  }
  if (rules.length >= mostMarkRules) {
    throw invalid(`Cannot add a rule for mark ${rule.mark}: there are ${mostMarkRules} already`);
  }
  return { ...draft, markRules: [...rules, rule] };
}

/** Throws E_INVALID if there is no such rule. */
export function deleteMarkRule(draft: Draft, rule: MarkRule): Draft {
  const rules = draft.markRules ?? [];
  const left = rules.filter((other) => !isDeepStrictEqual(other, rule));
  if (left.length === rules.length) {
    throw invalid(`Cannot delete a rule for mark ${rule.mark}: there is none like it`);
  }
  return { ...draft, markRules: left };
}

function checkRule(rule: MarkRule): void {
  const { mark, protocol, sourcePorts, destinationPorts } = rule;
  if (!Number.isInteger(mark) || mark < 1 || mark > 0xffff_ffff) {
    throw invalid(`Cannot use firewall mark ${mark}: marks are 1 to 4294967295`);
  }
  for (const prefix of [rule.source, rule.destination]) checkPrefix(rule, prefix);
  for (const ports of [sourcePorts, destinationPorts]) checkPorts(ports);
  if (protocol === undefined && (sourcePorts ?? destinationPorts) !== undefined) {
    throw invalid('Cannot match ports without a protocol: say tcp, udp or sctp');
  }
}

function checkPrefix({ family }: MarkRule, prefix: AddressPrefix | undefined): void {
  if (prefix === undefined) return;
  checkAddress(prefix.address);
  const { address, length } = prefix;
  if (familyOf(address) !== family) {
    throw invalid(
      `Cannot match ${address}: the rule is for ${family === 'ipv4' ? 'IPv4' : 'IPv6'}`,
    );
  }
  const longest = addressBytes(address).length * 8;
  if (!Number.isInteger(length) || length < 0 || length > longest) {
    throw invalid(`Cannot match ${address}/${length}: prefixes have 0 to ${longest} bits`);
  }
}

function checkPorts(ports: PortRange | undefined): void {
  if (ports === undefined) return;
  checkPort(ports.first);
  checkPort(ports.last);
  if (ports.first > ports.last) {
    throw invalid(`Cannot match ports ${ports.first} to ${ports.last}: the first is the greater`);
  }
}

const invalid = (message: string): EvsError => new EvsError('E_INVALID', message);
