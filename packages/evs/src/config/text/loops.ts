import { failure, type Report } from './diagnostic.ts';
import { limits } from './limits.ts';
import { slice, spanOf, trimmed, type Line } from './line.ts';

/** What a loop gives its variables in one round. */
export type Round = readonly (readonly [name: string, value: string])[];

/** A line that begins with `~SEQ(…)` or `~LST(…)`: its rounds, and the line that is read in each. */
export interface Loop {
  readonly rounds: readonly Round[];
  readonly body: Line;
}

/** The head of a loop, if the line has one. Reports a head that is wrong, and gives it no rounds. */
export function loopIn(line: Line, report: Report): Loop | undefined {
  const match = /^~(SEQx?|LST)\(/.exec(line.text);
  if (match === null) return undefined;
  const close = line.text.indexOf(')');
  const rounds =
    close < 0 ? undefined : roundsOf(match[1] ?? '', line.text.slice(match[0].length, close));
  const body = trimmed(slice(line, close + 1));
  if (rounds !== undefined) return { rounds, body };
  const hint = '~SEQ(VARIABLE, [START, [STEP,]] END) or ~LST(VARIABLE, VALUE, …)';
  report(failure(spanOf(line, 0, close + 1 || undefined), 'This loop cannot be read', { hint }));
  return { rounds: [], body };
}

function roundsOf(kind: string, parameters: string): readonly Round[] | undefined {
  const fields = splitFields(parameters);
  const [variables, ...values] = fields;
  if (variables === undefined || values.length === 0) return undefined;
  if (kind === 'LST') return listRounds(namesIn(variables), values);
  return isName(variables)
    ? sequenceRounds(variables, values, kind === 'SEQx' ? 16 : 10)
    : undefined;
}

/** `{a,b}` is one field. */
const splitFields = (parameters: string): readonly string[] =>
  [...parameters.matchAll(/(\{[^}]*\}|[^,{}]+)\s*(?:,|$)/g)].map(([, field = '']) => field.trim());

const isName = (text: string): boolean => /^[A-Za-z_]\w*$/.test(text);

const namesIn = (field: string): readonly string[] =>
  field.startsWith('{')
    ? field
        .slice(1, -1)
        .split(',')
        .map((name) => name.trim())
    : [field];

function listRounds(
  names: readonly string[],
  values: readonly string[],
): readonly Round[] | undefined {
  if (!names.every(isName)) return undefined;
  return values.map((value) => {
    const given = names.length > 1 ? namesIn(value) : [value];
    return names.map((name, index) => [name, given[index] ?? ''] as const);
  });
}

/** From start to end by steps, both 1 if not given; no round at all if the steps lead away from the end. */
function sequenceRounds(
  name: string,
  values: readonly string[],
  radix: 10 | 16,
): readonly Round[] | undefined {
  const numbers = values.map((value) => (/^-?\d+$/.test(value) ? Number(value) : Number.NaN));
  if (numbers.some((number) => !Number.isSafeInteger(number)) || numbers.length > 3)
    return undefined;
  const end = numbers.at(-1) ?? 0;
  const start = numbers.length > 1 ? (numbers[0] ?? 1) : 1;
  const step = numbers.length > 2 ? (numbers[1] ?? 1) : 1;
  const count = Math.floor((end - start) / step) + 1;
  if (step === 0 || count > limits.rounds) return undefined;
  return Array.from({ length: Math.max(0, count) }, (_, index) => [
    [name, (start + index * step).toString(radix)] as const,
  ]);
}
