import { createContext, Script } from 'node:vm';
import { ProbeFailure } from './probe.ts';

/** A regular expression and where in the text its match may begin. */
export interface Expression {
  readonly expression: RegExp;
  readonly minOffset?: number;
  readonly maxOffset?: number;
}

/** Some expressions take longer than the age of the universe on a text that a server thought up. */
const mostMs = 100;

const question: { found: number; expression?: RegExp; text?: string } = { found: -1 };
const context = createContext(question);
const search = new Script('found = text.search(expression)');

/** Whether an expression matches. Throws ProbeFailure if that is not found out in a short time. */
export function searches(wanted: Expression, text: string): boolean {
  const { expression, minOffset = 0, maxOffset = Infinity } = wanted;
  Object.assign(question, { expression, text: text.slice(minOffset), found: -1 });
  try {
    search.runInContext(context, { timeout: mostMs });
  } catch {
    throw new ProbeFailure(`the expression takes more than ${mostMs} ms`);
  }
  const { found } = question;
  return found !== -1 && found + minOffset <= maxOffset;
}
