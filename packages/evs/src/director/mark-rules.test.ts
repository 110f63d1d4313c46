import { describe, expect, test } from 'vitest';
import { applyCommand } from './apply-command.ts';
import type { Command } from './commands.ts';
import { mostMarkRules } from './mark-rules.ts';
import { initialState, type DirectorState, type MarkRule } from './model.ts';

const rule: MarkRule = { mark: 1, family: 'ipv4', protocol: 'tcp' };
const add = (special: Partial<MarkRule> = {}): Command => ({
  kind: 'addMarkRule',
  rule: { ...rule, ...special },
});
const after = (...commands: readonly Command[]): DirectorState =>
  commands.reduce(applyCommand, initialState);

test('rules are kept in order, and deleted by what they say', () => {
  const both = after(add(), add({ mark: 2 }), add({ mark: 3 }));

  expect(both.markRules?.map(({ mark }) => mark)).toEqual([1, 2, 3]);
  const left = applyCommand(both, { kind: 'deleteMarkRule', rule: { ...rule, mark: 2 } });
  expect(left.markRules?.map(({ mark }) => mark)).toEqual([1, 3]);
});

describe('it is refused', () => {
  test.each<[string, Partial<MarkRule>]>([
    ['mark 0', { mark: 0 }],
    ['a mark of more than 32 bits', { mark: 2 ** 32 }],
    ['a longer prefix than addresses are', { source: { address: '192.0.2.1', length: 33 } }],
    ['an address of the other family', { destination: { address: '2001:db8::', length: 32 } }],
    ['a port of more than 16 bits', { destinationPorts: { first: 1, last: 65_536 } }],
    ['ports from the greater to the smaller', { sourcePorts: { first: 2, last: 1 } }],
  ])('to match %s', (_, special) => {
    expect(() => after(add(special))).toThrow(expect.objectContaining({ code: 'E_INVALID' }));
  });

  test('to match ports of no protocol', () => {
    const { protocol: _, ...any } = rule;
    const command: Command = {
      kind: 'addMarkRule',
      rule: { ...any, destinationPorts: { first: 80, last: 80 } },
    };

    expect(() => after(command)).toThrow('without a protocol');
  });

  test('to add a rule twice, or delete one that is not there', () => {
    expect(() => after(add(), add())).toThrow('already');
    expect(() => after({ kind: 'deleteMarkRule', rule })).toThrow('none like it');
  });

  test('to add more than there is room for', () => {
    const all = Array.from({ length: mostMarkRules }, (_, index) => add({ mark: index + 1 }));

    expect(() => after(...all, add({ mark: 1000 }))).toThrow('there are 128 already');
  });
});
