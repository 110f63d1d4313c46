import { expect, test } from 'vitest';
import { tableLines } from './table.ts';

test('columns are as wide as their widest cell, and no line ends with blanks', () => {
  const texts = [
    ['hop', 'source', ''],
    ['a → b', 'x', 'outer'],
    ['c', 'longer', ''],
  ];
  expect(tableLines(texts.map((row) => row.map((text) => ({ text }))))).toEqual([
    'hop    source',
    'a → b  x       outer',
    'c      longer',
  ]);
});

const bold = (text: string): string => `<b>${text}</b>`;

test('paint does not count as width', () => {
  expect(
    tableLines([
      [{ text: 'a', paint: bold }, { text: 'b' }],
      [{ text: 'long' }, { text: 'c' }],
    ]),
  ).toEqual(['<b>a</b>     b', 'long  c']);
});
