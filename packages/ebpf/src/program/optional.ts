import { branchOn } from './branch.ts';
import type { Builder } from './builder.ts';
import type { Condition, LazyCondition } from './condition.ts';
import type { Block } from './ir/function.ts';
import { anyInput } from './operand.ts';
import type { Operand } from './value.ts';

/** Something that may be absent. Answer exactly once what happens then. */
export interface Optional<T> {
  /** If absent, the function returns `x`. */
  orReturn(x: Operand): T;
  /** If absent, what `absent` gives. If it gives nothing, it must have returned from the function. */
  orElse(absent: () => T | void): T;
  /** Runs one of two paths. */
  match(present: (found: T) => void, absent?: () => void): void;
  /** Absent also if the condition does not hold; `rejected` runs first in that case, and may return. */
  where(condition: (found: T) => LazyCondition, rejected?: (found: T) => void): Optional<T>;
}

/** How two ways of having a `T` become one. */
export interface Joining<T> {
  /** Called at the end of each way. */
  accept(value: T): void;
  /** Called where the ways have met. */
  result(): T;
}

export interface OptionalParts<T> {
  readonly step: string;
  /** Ends the present block with a jump to one of the two. */
  readonly branch: (absent: Block, present: Block) => void;
  /** Called at the start of the present block. */
  readonly present: () => T;
  readonly join: () => Joining<T>;
}

export class PendingOptional<T> implements Optional<T> {
  readonly #builder: Builder;
  readonly #parts: OptionalParts<T>;

  constructor(builder: Builder, parts: OptionalParts<T>) {
    this.#builder = builder;
    this.#parts = parts;
    const { recorder } = builder;
    if (recorder.reachable) recorder.unanswered.set(this, [...recorder.path, parts.step]);
    this.#wasReachable = recorder.reachable;
  }
  readonly #wasReachable: boolean;

  orReturn(x: Operand): T {
    const { recorder } = this.#builder;
    this.#answer();
    const verdict = anyInput(this.#builder, x, this.#parts.step);
    const present = recorder.block();
    const absent = recorder.block(true);
    this.#parts.branch(absent, present);
    recorder.start(absent);
    recorder.return(verdict);
    recorder.start(present);
    return this.#parts.present();
  }

  orElse(absent: () => T | void): T {
    const { recorder } = this.#builder;
    this.#answer();
    const [present, missing, met] = [recorder.block(), recorder.block(), recorder.block()];
    this.#parts.branch(missing, present);
    recorder.start(present);
    const joining = this.#parts.join();
    joining.accept(this.#parts.present());
    recorder.jump(met);
    recorder.start(missing);
    const other = absent();
    if (other !== undefined) joining.accept(other);
    else if (recorder.reachable) {
      throw recorder.error(this.#parts.step, 'orElse gave nothing, and did not return either');
    }
    recorder.jump(met);
    recorder.start(met);
    return joining.result();
  }

  match(present: (found: T) => void, absent?: () => void): void {
    const { recorder } = this.#builder;
    this.#answer();
    const [found, missing, met] = [recorder.block(), recorder.block(), recorder.block()];
    this.#parts.branch(missing, found);
    recorder.start(found);
    present(this.#parts.present());
    recorder.jump(met);
    recorder.start(missing);
    absent?.();
    recorder.jump(met);
    recorder.start(met);
  }

  where(condition: (found: T) => LazyCondition, rejected?: (found: T) => void): Optional<T> {
    this.#answer();
    const builder = this.#builder;
    const { recorder } = builder;
    const parts = this.#parts;
    return new PendingOptional<T>(builder, {
      ...parts,
      branch(absent, present) {
        const [found, refused] = [recorder.block(), recorder.block()];
        parts.branch(absent, found);
        recorder.start(found);
        const value = parts.present();
        branchOn(builder, condition(value), present, refused);
        recorder.start(refused);
        rejected?.(value);
        recorder.jump(absent);
      },
    });
  }

  /** For `whenever`: hands its branch over to another optional. */
  surrender(): OptionalParts<T> {
    this.#answer();
    return this.#parts;
  }

  #answer(): void {
    const { recorder } = this.#builder;
    recorder.mark();
    if (!recorder.unanswered.delete(this) && this.#wasReachable) {
      throw recorder.error(this.#parts.step, 'its absence has been answered already');
    }
  }
}

/** Ends the current block by jumping to `absent` if the condition holds. */
export const absentIf =
  (builder: Builder, absence: Condition): OptionalParts<unknown>['branch'] =>
  (absent, present) =>
    branchOn(builder, absence, absent, present);

/** Absent if the condition does not hold; only else `make` is run. */
export function whenever<T>(
  builder: Builder,
  condition: LazyCondition,
  make: () => Optional<T>,
): Optional<T> {
  const { recorder } = builder;
  recorder.mark();
  let parts: OptionalParts<T> | undefined;
  const made = (): OptionalParts<T> => {
    if (parts === undefined) throw recorder.error('whenever', 'it was not answered in order');
    return parts;
  };
  return new PendingOptional<T>(builder, {
    step: 'whenever',
    branch(absent, present) {
      const go = recorder.block();
      branchOn(builder, condition, go, absent);
      recorder.start(go);
      parts = (make() as PendingOptional<T>).surrender();
      parts.branch(absent, present);
    },
    present: () => made().present(),
    join: () => made().join(),
  });
}
