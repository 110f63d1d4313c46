import { expect, test } from 'vitest';
import { helperId, helperName } from './helper-names.ts';

test.each([
  [1, 'map_lookup_elem'],
  [51, 'redirect_map'],
  [118, 'jiffies64'],
  [152, 'redirect_neigh'],
  [164, 'for_each_map_elem'],
  [181, 'loop'],
])('helper %i is %s', (id, name) => {
  expect(helperName(id)).toBe(name);
  expect(helperId(name)).toBe(id);
});

test('an unknown helper keeps its number', () => {
  expect(helperName(9999)).toBe('helper#9999');
  expect(helperId('no_such_helper')).toBeUndefined();
});
