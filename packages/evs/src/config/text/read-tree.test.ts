import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { outlineOf } from '../../../test/fixtures/config/outline.ts';

const check = (text: string, outline: string, problems: readonly string[] = []) =>
  expect(outlineOf(text)).toEqual({ outline, problems });

describe('comments', () => {
  test('begin at # or ! outside quotes, without a blank', () =>
    check('virtual_router_id 5#x\n! first\npath "a#b!c" ! x', 'virtual_router_id 5; path a#b!c'));
  test('do not begin at an escaped mark', () => check(String.raw`a\#b \!c # d`, 'a#b !c'));
  test('are not begun by // or ;', () => check('//a\n; b', '//a; ; b'));
});

describe('words', () => {
  test('end at quotes too', () => check('zzz a"b c"d', 'zzz a b c d'));
  test('keep what single quotes hold as it is', () => check("script 'a b'", "script 'a b'"));
  test('need their closing quote', () =>
    check('ok\nrouter_id "LVS', 'ok', ['2:11 This quote is not closed on its line']));
});

describe('braces', () => {
  test.each(['a{b}', 'a {b }', 'a\n{\nb\n}', 'a {\nb}'])('%j is one block', (text) =>
    check(text, 'a { b }'),
  );
  test('close several blocks on one line', () => check('a{b{c}}', 'a { b { c } }'));
  test('are text inside quotes', () => check('a "{" { b "}" }', 'a { { b } }'));
  test('that close nothing are reported', () =>
    check('a }\nb', 'a; b', ["1:3 This '}' closes nothing"]));
  test('that open nothing are reported, and what they hold is left out', () =>
    check('{ a }\nb', 'b', ["1:1 Unexpected '{': no keyword stands before it"]));
  test('that are missing are reported where the block begins', () =>
    check('a { b\nc {', 'a { b; c {  } }', [
      "1:3 The block that begins here is never closed: a '}' is missing",
      "2:3 The block that begins here is never closed: a '}' is missing",
    ]));
});

describe('conditions', () => {
  test('keep a line for the machine that they name', () =>
    check('@lvs-1 a\n@lvs-2 b\n@^lvs-1 c\n@^lvs-2 d', 'a; d'));
  test('may stand before a definition', () => check('@lvs-2 $A=1\n@lvs-1 $A=2\nx $A', 'x 2'));
});

describe('definitions', () => {
  test('are put in where they are used, with braces or before a blank, comma, parenthesis or end', () =>
    check('$A=7\nx $A $A,b ($A) ${A}th $Ab', 'x 7 7,b (7) 7th $Ab'));
  test('are bound late, and may hold others', () =>
    check('$A=${B}!\n$A=${B}s\n$B=1\nx $A', 'x 1s'));
  test('that nobody made stay as they are', () => check('x $A', 'x $A'));
  test('take no blank before the equals sign', () => check('$A = 5', '$A = 5'));
  test('of several lines become several lines', () =>
    check('$A= \\\na 1 \\\nb {\\\nc }\nx\n$A\ny', 'x; a 1; b { c }; y'));
  test('are there for folder, name, chance and comment marks', () =>
    check('x ${_PWD} $_INSTANCE $_HASH $_BANG ${_RANDOM 1 3}', 'x /etc/k lvs-1 # ! 2'));
  test('that hold themselves are reported', () =>
    check('$A=${A}a\nx $A\ny', 'y', ['2:1 The definitions in this line grow too long']));
  test('keep the column of the words behind them', () =>
    check('$A=longer than its name\nx ${A} "y', '', ['2:8 This quote is not closed on its line']));
});

describe('loops', () => {
  test('count from start by step to end', () =>
    check(
      '~SEQ(i, 2) a $i\n~SEQ(i, 3, -1, 2) b$i\n~SEQx(i, 9, 11) c $i',
      'a 1; a 2; b3; b2; c 9; c a; c b',
    ));
  test('run over lists of values and of groups of values', () =>
    check('~LST(v, x, y) a $v\n~LST({v,w}, {1,2}, {3,4}) b $v ${w}', 'a x; a y; b 1 2; b 3 4'));
  test('nest', () => check('~SEQ(i, 2) ~SEQ(j, 1, $i) a ${i}.$j', 'a 1.1; a 2.1; a 2.2'));
  test('repeat definitions of several lines', () =>
    check('$A= \\\na { \\\nb ${n} \\\n}\n~SEQ(n, 1, 2) $A', 'a { b 1 }; a { b 2 }'));
  test('that cannot be read are reported', () =>
    check('~SEQ(i, 1, 0, 5) a', '', ['1:1 This loop cannot be read']));
});

describe('includes', () => {
  const others = {
    '/etc/k/d/1.conf': 'one',
    '/etc/k/d/2.conf': 'two\ninclude more/*.conf',
    '/etc/k/d/more/x.conf': 'deep',
    '/etc/k/d/.hidden.conf': 'hidden',
    '/etc/k/self.conf': 'include self.conf',
  };
  test('read files by pattern, relative to the file that names them', () =>
    expect(outlineOf('a\ninclude d/*.conf\nb', others)).toEqual({
      outline: 'a; one; two; deep; b',
      problems: [],
    }));
  test('know braces and sets', () =>
    expect(outlineOf('include d/{2,1}.conf\ninclude d/[^2].conf', others).outline).toBe(
      'two; deep; one; one',
    ));
  test('may stand in a block', () =>
    expect(outlineOf('v {\ninclude d/1.conf\n}', others).outline).toBe('v { one }'));
  test('may stand in a definition of several lines', () =>
    expect(outlineOf('$A= \\\na \\\ninclude d/1.conf\n$A', others).outline).toBe('a; one'));
  test('that find nothing are reported', () =>
    expect(outlineOf('include no.conf', others).problems).toEqual(['1:9 No file matches no.conf']));
  test('that go in circles are reported', () =>
    expect(outlineOf('include self.conf', others).problems).toEqual([
      '1:9 /etc/k/self.conf includes itself',
    ]));
});

test('a line of more than 1023 characters is reported and left out', () =>
  check(`a ${'b'.repeat(1100)}\nc`, 'c', ['1:1024 This line is longer than 1023 characters']));

describe('hostile input', () => {
  test('definitions that double themselves end at a bound', () => {
    const doubling = Array.from({ length: 60 }, (_, at) => `$A${at}=\${A${at + 1}}\${A${at + 1}}`);
    const { problems } = outlineOf([...doubling, '$A60=x', ...Array(50).fill('$A0')].join('\n'));
    expect(problems.length).toBe(50);
  });

  test('loops in loops end at a bound', () => {
    const { problems } = outlineOf('~SEQ(a,60000) ~SEQ(b,60000) ~SEQ(c,60000)');
    expect(problems.length).toBeGreaterThan(0);
  });

  const fragment = fc.oneof(
    fc.constantFrom('{', '}', '"', '\\', '#', '!', '$', '~', '@', '\n', ' ', '=', '(', ')', ','),
    fc.constantFrom(
      '$A=',
      '${A}',
      '$A',
      '~SEQ(A,3)',
      '~LST(A,b,c)',
      'include main.conf',
      '@lvs-1 ',
    ),
    fc.string({ maxLength: 8 }),
  );
  test('any text is read to its end', () => {
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 40 }), (parts) => {
        const text = parts.join('');
        const lineCount = text.split('\n').length;
        for (const problem of outlineOf(text).problems) {
          expect(Number.parseInt(problem, 10)).toBeLessThanOrEqual(lineCount);
        }
      }),
      { numRuns: 500 },
    );
  });
});
