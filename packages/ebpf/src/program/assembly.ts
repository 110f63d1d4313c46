import type { ProgramKind } from './program.ts';
import { FunctionIr } from './ir/function.ts';
import type { Subprogram } from './subprogram.ts';

/** A program while it is built: its functions, the entry first. */
export class Assembly {
  readonly kind: ProgramKind;
  readonly name: string;
  readonly functions: FunctionIr[] = [];
  /** Subprograms already built for this program, by what was asked for. */
  readonly #subprograms = new Map<object, FunctionIr>();
  #callbacks = 0;

  constructor(kind: ProgramKind, name: string) {
    this.kind = kind;
    this.name = name;
  }

  addFunction(name: string): FunctionIr {
    const added = new FunctionIr(name);
    this.functions.push(added);
    return added;
  }

  callbackName(what: string): string {
    this.#callbacks += 1;
    return `${what}_${this.#callbacks}`;
  }

  /** The function for a subprogram, built at its first call. */
  subprogram(key: Subprogram, build: (into: FunctionIr) => void): FunctionIr {
    const existing = this.#subprograms.get(key);
    if (existing !== undefined) return existing;
    const added = this.addFunction(key.name);
    added.parameters = key.parameters;
    this.#subprograms.set(key, added);
    build(added);
    added.complete = true;
    return added;
  }
}
