import { atomicResult, fold, load, onesAdd, onesSum, store, wordsOf } from './arithmetic.ts';
import { ExpressionEvaluator, innerEnvironment, type Environment } from './evaluate-expression.ts';
import { isArray, Key, Local, Value, type MapName } from './layouts.ts';
import { changePacket } from './packet-changes.ts';
import { bytesOf, type Cases, type Field, type MapKey, type Of, type Statement } from './syntax.ts';

/** How a block ended, if not at its end. */
type End =
  | { readonly how: 'return'; readonly value: bigint }
  | { readonly how: 'break' | 'continue' }
  | undefined;

/** Carries statements out. */
export class StatementEvaluator {
  readonly #environment: Environment;
  readonly #expressions: ExpressionEvaluator;

  constructor(environment: Environment, expressions: ExpressionEvaluator) {
    this.#environment = environment;
    this.#expressions = expressions;
  }

  block(statements: readonly Statement[]): End {
    for (const statement of statements) {
      const evaluate = this.#cases[statement.kind] as (of: Statement) => End;
      const end = evaluate(statement);
      if (end !== undefined) return end;
    }
    return undefined;
  }

  readonly #cases: Cases<End> = {
    let: (statement) => this.#name(statement.name, this.#expressions.value(statement.value)),
    variable: (statement) => this.#name(statement.name, this.#expressions.value(statement.value)),
    set: (statement) => this.#name(statement.name, this.#expressions.value(statement.value)),
    if: ({ condition, body, otherwise }) =>
      this.block(this.#expressions.condition(condition) ? body : (otherwise ?? [])),
    switch: ({ on, cases, otherwise }) => {
      const value = this.#expressions.value(on);
      const chosen = cases.find(([number]) => BigInt(number) === value);
      return this.block(chosen?.[1] ?? otherwise);
    },
    repeat: (statement) => this.#repeat(statement),
    leave: ({ how }) => ({ how }),
    window: (statement) => this.#window(statement),
    lookup: (statement) => this.#lookup(statement),
    static: ({ name }) => this.#point(name, this.#environment.maps.existing('single', '0')),
    local: ({ name, fields }) => this.#point(name, this.#struct(Local, fields)),
    store: ({ to, offset, value }) => {
      const number = this.#expressions.value(value);
      store(this.#expressions.pointer(to), offset, bytesOf(value.type), number);
      return undefined;
    },
    copy: ({ to, offset, from, fromOffset, size }) => {
      const bytes = this.#expressions.pointer(from).slice(fromOffset, fromOffset + size);
      this.#expressions.pointer(to).set(bytes, offset);
      return undefined;
    },
    atomic: (statement) => this.#atomic(statement),
    update: ({ name, map, key, fields, mode }) => {
      const text = this.#key(key);
      return this.#name(
        name,
        this.#environment.maps.update(map, text, this.#struct(Value, fields), mode),
      );
    },
    remove: ({ name, map, key }) =>
      this.#name(name, this.#environment.maps.remove(map, this.#key(key))),
    loop: (statement) => this.#loop(statement),
    forEach: (statement) => this.#forEach(statement),
    checksum: (statement) => this.#checksum(statement),
    change: ({ name, change }) => this.#name(name, BigInt(changePacket(this.#expressions, change))),
    return: ({ value }) => ({ how: 'return', value: this.#expressions.value(value) }),
  };

  #name(name: string, value: bigint): undefined {
    this.#environment.values.set(name, BigInt.asUintN(64, value));
  }

  #point(name: string, bytes: Uint8Array): undefined {
    this.#environment.pointers.set(name, bytes);
  }

  #repeat({ times, index, body }: Of<'repeat'>): End {
    for (let round = 0; round < times; round++) {
      this.#name(index, BigInt(round));
      const end = this.block(body);
      if (end?.how === 'break') return undefined;
      if (end?.how === 'return') return end;
    }
    return undefined;
  }

  #window(statement: Of<'window'>): End {
    const { offset, length, absent } = statement;
    const at = typeof offset === 'number' ? offset : Number(this.#expressions.value(offset));
    const value = absent === 'return' ? this.#expressions.value(statement.result) : 0n;
    const { bytes } = this.#expressions.packet();
    if (at + length > bytes.length) {
      return absent === 'return' ? { how: 'return', value } : this.block(statement.missing);
    }
    this.#point(statement.name, bytes.subarray(at, at + length));
    return this.block(statement.body);
  }

  #lookup(statement: Of<'lookup'>): End {
    const { map, absent } = statement;
    const { maps } = this.#environment;
    const value = absent === 'match' ? 0n : this.#expressions.value(statement.result);
    let bytes = maps.find(map, this.#key(statement.key));
    if (bytes === undefined && absent === 'orElse') {
      bytes = maps.find(map, this.#key(statement.secondKey));
    }
    if (bytes === undefined) {
      return absent === 'match' ? this.block(statement.missing) : { how: 'return', value };
    }
    this.#point(statement.name, bytes);
    return this.block(statement.body);
  }

  #key(key: MapKey): string {
    return key.kind === 'index'
      ? `${this.#expressions.value(key.index)}`
      : `${this.#expressions.value(key.a)},${this.#expressions.value(key.b)}`;
  }

  #struct(layout: typeof Local | typeof Value, fields: readonly Field[]): Uint8Array {
    const bytes = new Uint8Array(layout.sizeBytes);
    for (const [field, expression] of fields) {
      const offset = layout.offsetOf(field as 'wide');
      store(bytes, offset, bytesOf(expression.type), this.#expressions.value(expression));
    }
    return bytes;
  }

  #atomic({ operator, to, field, operand, expected, name }: Of<'atomic'>): End {
    const bytes = this.#expressions.pointer(to);
    const layout = bytes.length === Local.sizeBytes ? Local : Value;
    const offset = layout.offsetOf(field);
    const size = field === 'short' ? 4 : 8;
    const by = this.#expressions.value(operand);
    const wanted = operator === 'compareExchange' ? this.#expressions.value(expected) : 0n;
    const old = load(bytes, offset, size);
    store(bytes, offset, size, atomicResult(operator, old, by, wanted));
    return this.#name(name, old);
  }

  #loop({ name, count, context, inner, index, body, stop }: Of<'loop'>): End {
    const limit = this.#expressions.value(count);
    let rounds = 0n;
    while (rounds < limit) {
      const environment = innerEnvironment(this.#environment);
      environment.values.set(index, rounds);
      environment.pointers.set(inner, this.#expressions.pointer(context));
      const expressions = new ExpressionEvaluator(environment);
      new StatementEvaluator(environment, expressions).block(body);
      rounds += 1n;
      if (expressions.condition(stop)) break;
    }
    return this.#name(name, rounds);
  }

  #forEach({ name, map, context, inner, key, value, body }: Of<'forEach'>): End {
    const entries = this.#environment.maps.entries(map);
    for (const [text, bytes] of entries) {
      const environment = innerEnvironment(this.#environment);
      environment.pointers.set(key, keyBytes(map, text));
      environment.pointers.set(value, bytes);
      environment.pointers.set(inner, this.#expressions.pointer(context));
      new StatementEvaluator(environment, new ExpressionEvaluator(environment)).block(body);
    }
    return this.#name(name, BigInt(entries.length));
  }

  #checksum({ name, from, fromSize, to, toSize, seed }: Of<'checksum'>): End {
    const start = this.#expressions.value(seed);
    const added = onesSum(wordsOf(this.#expressions.pointer(to).subarray(0, toSize)), start);
    const taken = onesSum(wordsOf(this.#expressions.pointer(from).subarray(0, fromSize)), 0n);
    return this.#name(name, fold(onesAdd(added, BigInt.asUintN(32, ~taken))));
  }
}

function keyBytes(map: MapName, key: string): Uint8Array {
  const [a = 0, b = 0] = key.split(',').map(Number);
  return isArray(map) ? new Uint8Array([a, 0, 0, 0]) : Key.encode({ a, b });
}
