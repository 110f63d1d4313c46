import { isArray, Key, keysOf, Local, mapNames, mapOf, Value, type MapName } from './layouts.ts';
import { changePacket } from './packet-model.ts';
import {
  bitsOf,
  bytesOf,
  type BinaryOperator,
  type Comparison,
  type Condition,
  type Expression,
  type Field,
  type GeneratedProgram,
  type MapKey,
  type Statement,
} from './syntax.ts';
import { FrameModel, type PacketModel } from './packet-model.ts';

/** What programs left in the maps: bytes by key, as text. */
export type MapState = Readonly<Record<MapName, Readonly<Record<string, string>>>>;

/** Maps of generated programs, without eBPF. Values are replaced, not changed, when a hash is updated. */
export class MapsModel {
  readonly #maps = new Map<MapName, Map<string, Uint8Array>>(
    mapNames.map((name) => [name, new Map(isArray(name) ? emptyArray(name) : [])]),
  );

  find(map: MapName, key: string): Uint8Array | undefined {
    return this.#of(map).get(key);
  }

  update(map: MapName, key: string, value: Uint8Array, mode: string): bigint {
    const entries = this.#of(map);
    const existing = entries.get(key);
    if (isArray(map) && existing === undefined) return -7n;
    if (existing !== undefined && mode === 'create') return -17n;
    if (existing === undefined && mode === 'replace') return -2n;
    if (existing === undefined && entries.size >= mapOf(map).capacity) return -7n;
    if (existing !== undefined && (isArray(map) || map === 'perCpuHash')) existing.set(value);
    else entries.set(key, value);
    return 0n;
  }

  remove(map: MapName, key: string): bigint {
    return this.#of(map).delete(key) ? 0n : -2n;
  }

  entries(map: MapName): [string, Uint8Array][] {
    return [...this.#of(map)];
  }

  state(): MapState {
    const states = mapNames.map((map) => {
      const entries = this.entries(map).map(([key, bytes]) => [key, bytes.join()] as const);
      return [map, Object.fromEntries(entries)] as const;
    });
    return Object.fromEntries(states) as MapState;
  }

  #of(map: MapName): Map<string, Uint8Array> {
    const entries = this.#maps.get(map);
    if (entries === undefined) throw new TypeError(`no map ${map}`);
    return entries;
  }
}

const emptyArray = (name: MapName): [string, Uint8Array][] =>
  keysOf(name).map(({ index = 0 }) => [`${index}`, new Uint8Array(Value.sizeBytes)]);

class Returned {
  readonly value: bigint;
  constructor(value: bigint) {
    this.value = value;
  }
}
class Left {
  readonly how: 'break' | 'continue';
  constructor(how: 'break' | 'continue') {
    this.how = how;
  }
}

/** Runs a generated program by its meaning: the third opinion beside interpreter and kernel. */
export function evaluateProgram(
  program: GeneratedProgram,
  packet: Uint8Array,
  maps: MapsModel,
): { readonly verdict: number; readonly packet: Uint8Array } {
  const frame = new FrameModel(packet);
  const evaluator = new Evaluator(maps, frame);
  const value = evaluator.call(program.body, program.verdict);
  return { verdict: Number(BigInt.asUintN(32, value)), packet: frame.bytes };
}

class Evaluator {
  readonly #maps: MapsModel;
  readonly #packet: PacketModel | undefined;
  readonly #values = new Map<string, bigint>();
  readonly #pointers = new Map<string, Uint8Array>();

  constructor(maps: MapsModel, packet: PacketModel | undefined) {
    this.#maps = maps;
    this.#packet = packet;
  }

  name(name: string, value: bigint): void {
    this.#values.set(name, value);
  }

  point(name: string, bytes: Uint8Array): void {
    this.#pointers.set(name, bytes);
  }

  /** Runs a body to its end or to a return. */
  call(body: readonly Statement[], result: Expression): bigint {
    try {
      this.#block(body);
      return this.value(result);
    } catch (signal) {
      if (signal instanceof Returned) return signal.value;
      throw signal;
    }
  }

  value(expression: Expression): bigint {
    const { type } = expression;
    const cut = (value: bigint): bigint => BigInt.asUintN(bitsOf(type), value);
    switch (expression.kind) {
      case 'constant':
        return type.startsWith('be') ? swap(type, expression.value) : expression.value;
      case 'name':
        return found(this.#values, expression.name);
      case 'binary': {
        const left = this.value(expression.left);
        return cut(binary(expression.operator, left, this.value(expression.right), bitsOf(type)));
      }
      case 'unary': {
        const value = this.value(expression.of);
        return cut(expression.operator === 'negate' ? -value : ~value);
      }
      case 'convert': {
        const value = this.value(expression.of);
        return expression.how === 'host' || expression.how === 'network'
          ? swap(type, value)
          : cut(value);
      }
      case 'load':
        return load(this.#pointer(expression.from), expression.offset, bytesOf(type));
      case 'length':
        return BigInt(this.#existingPacket().bytes.length);
      case 'select': {
        const decide = this.#prepared(expression.condition);
        const choices = [expression.whenTrue, expression.whenFalse] as const;
        const [whenTrue, whenFalse] = expression.lazy
          ? choices.map((choice) => () => this.value(choice))
          : choices.map((choice) => this.value(choice)).map((value) => () => value);
        return (decide() ? whenTrue : whenFalse)?.() ?? 0n;
      }
      case 'call': {
        const evaluator = new Evaluator(this.#maps, undefined);
        for (const [index, [name]] of expression.target.parameters.entries()) {
          const parameter = expression.parameters[index];
          if (parameter !== undefined) evaluator.name(name, this.value(parameter));
        }
        return evaluator.call(expression.target.body, expression.target.result);
      }
      default:
        return expression satisfies never;
    }
  }

  condition(condition: Condition): boolean {
    return this.#prepared(condition)();
  }

  /** Computes now what the builder emits where the condition is made; the rest, if and when it is asked. */
  #prepared(condition: Condition): () => boolean {
    if (condition.kind === 'not') {
      const part = this.#prepared(condition.part);
      return () => !part();
    }
    if (condition.kind === 'compare') {
      const left = this.value(condition.left);
      const right = this.value(condition.right);
      return () => compare(condition.comparison, left, right, bitsOf(condition.left.type));
    }
    const parts = condition.lazy
      ? condition.parts.map((part) => () => this.condition(part))
      : condition.parts.map((part) => this.#prepared(part));
    return condition.kind === 'all'
      ? () => parts.every((part) => part())
      : () => parts.some((part) => part());
  }

  #block(statements: readonly Statement[]): void {
    for (const statement of statements) this.#statement(statement);
  }

  #statement(statement: Statement): void {
    switch (statement.kind) {
      case 'let':
      case 'variable':
      case 'set':
        return this.name(statement.name, this.value(statement.value));
      case 'if':
        return this.#block(
          this.condition(statement.condition) ? statement.then : (statement.otherwise ?? []),
        );
      case 'switch': {
        const on = this.value(statement.on);
        const chosen = statement.cases.find(([number]) => BigInt(number) === on);
        return this.#block(chosen?.[1] ?? statement.otherwise);
      }
      case 'repeat':
        return this.#repeat(statement);
      case 'leave':
        throw new Left(statement.how);
      case 'window':
        return this.#window(statement);
      case 'lookup':
        return this.#lookup(statement);
      case 'static':
        return this.point(statement.name, found1(this.#maps.find('single', '0')));
      case 'local':
        return this.point(statement.name, this.#struct(Local, statement.fields));
      case 'store': {
        const value = this.value(statement.value);
        const size = bytesOf(statement.value.type);
        return store(this.#pointer(statement.to), statement.offset, size, value);
      }
      case 'copy': {
        const from = this.#pointer(statement.from);
        const end = statement.fromOffset + statement.size;
        const bytes = from.slice(statement.fromOffset, end);
        return this.#pointer(statement.to).set(bytes, statement.offset);
      }
      case 'atomic':
        return this.#atomic(statement);
      case 'update': {
        const key = this.#key(statement.key);
        const value = this.#struct(Value, statement.fields);
        const result = this.#maps.update(statement.map, key, value, statement.mode);
        return this.name(statement.name, BigInt.asUintN(64, result));
      }
      case 'remove': {
        const result = this.#maps.remove(statement.map, this.#key(statement.key));
        return this.name(statement.name, BigInt.asUintN(64, result));
      }
      case 'loop':
        return this.#loop(statement);
      case 'forEach':
        return this.#forEach(statement);
      case 'checksum':
        return this.#checksum(statement);
      case 'change': {
        const result = changePacket(
          this.#existingPacket(),
          statement.change,
          (of) => this.value(of),
          (name) => this.#pointer(name),
        );
        return this.name(statement.name, BigInt.asUintN(64, BigInt(result)));
      }
      case 'return':
        throw new Returned(this.value(statement.value));
      default:
        return statement satisfies never;
    }
  }

  #repeat(statement: Extract<Statement, { kind: 'repeat' }>): void {
    for (let round = 0; round < statement.times; round++) {
      this.name(statement.index, BigInt(round));
      try {
        this.#block(statement.body);
      } catch (signal) {
        if (!(signal instanceof Left)) throw signal;
        if (signal.how === 'break') return;
      }
    }
  }

  #window(statement: Extract<Statement, { kind: 'window' }>): void {
    const { offset, length, absent } = statement;
    const at = typeof offset === 'number' ? offset : Number(this.value(offset));
    const result = absent === 'return' ? this.value(statement.result) : 0n;
    const { bytes } = this.#existingPacket();
    if (at + length > bytes.length) {
      if (absent === 'return') throw new Returned(result);
      return this.#block(statement.missing);
    }
    this.point(statement.name, bytes.subarray(at, at + length));
    this.#block(statement.body);
  }

  #lookup(statement: Extract<Statement, { kind: 'lookup' }>): void {
    const { map, absent } = statement;
    const result = absent === 'match' ? 0n : this.value(statement.result);
    let bytes = this.#maps.find(map, this.#key(statement.key));
    if (bytes === undefined && absent === 'orElse') {
      bytes = this.#maps.find(map, this.#key(statement.secondKey));
    }
    if (bytes === undefined) {
      if (absent !== 'match') throw new Returned(result);
      return this.#block(statement.missing);
    }
    this.point(statement.name, bytes);
    this.#block(statement.body);
  }

  #key(key: MapKey): string {
    return key.kind === 'index'
      ? `${this.value(key.index)}`
      : `${this.value(key.a)},${this.value(key.b)}`;
  }

  #struct(layout: typeof Local | typeof Value, fields: readonly Field[]): Uint8Array {
    const bytes = new Uint8Array(layout.sizeBytes);
    for (const [field, expression] of fields) {
      const offset = layout.offsetOf(field as 'wide');
      store(bytes, offset, bytesOf(expression.type), this.value(expression));
    }
    return bytes;
  }

  #atomic(statement: Extract<Statement, { kind: 'atomic' }>): void {
    const bytes = this.#pointer(statement.to);
    const layout = bytes.length === Local.sizeBytes ? Local : Value;
    const offset = layout.offsetOf(statement.field);
    const bits = statement.field === 'short' ? 32 : 64;
    const operand = this.value(statement.operand);
    const expected = statement.operator === 'compareExchange' ? this.value(statement.expected) : 0n;
    const old = load(bytes, offset, bits / 8);
    const changed = atomicResult(statement.operator, old, operand, expected);
    store(bytes, offset, bits / 8, BigInt.asUintN(bits, changed));
    this.name(statement.name, old);
  }

  #loop(statement: Extract<Statement, { kind: 'loop' }>): void {
    const count = this.value(statement.count);
    let rounds = 0n;
    while (rounds < count) {
      const evaluator = new Evaluator(this.#maps, undefined);
      evaluator.name(statement.index, rounds);
      evaluator.point(statement.inner, this.#pointer(statement.context));
      evaluator.#block(statement.body);
      rounds += 1n;
      if (evaluator.condition(statement.stop)) break;
    }
    this.name(statement.name, rounds);
  }

  #forEach(statement: Extract<Statement, { kind: 'forEach' }>): void {
    let visited = 0n;
    for (const [key, value] of this.#maps.entries(statement.map)) {
      const evaluator = new Evaluator(this.#maps, undefined);
      evaluator.point(statement.key, keyBytes(statement.map, key));
      evaluator.point(statement.value, value);
      evaluator.point(statement.inner, this.#pointer(statement.context));
      evaluator.#block(statement.body);
      visited += 1n;
    }
    this.name(statement.name, visited);
  }

  #checksum(statement: Extract<Statement, { kind: 'checksum' }>): void {
    const from = this.#pointer(statement.from).subarray(0, statement.fromSize);
    const to = this.#pointer(statement.to).subarray(0, statement.toSize);
    const seed = this.value(statement.seed);
    const sum = onesSum(wordsOf(to), onesAdd(seed, 0n));
    this.name(statement.name, fold(onesAdd(sum, BigInt.asUintN(32, ~onesSum(wordsOf(from), 0n)))));
  }

  #pointer(name: string): Uint8Array {
    return found(this.#pointers, name);
  }

  #existingPacket(): PacketModel {
    if (this.#packet === undefined) throw new TypeError('no packet here');
    return this.#packet;
  }
}

function keyBytes(map: MapName, key: string): Uint8Array {
  const [a = 0, b = 0] = key.split(',').map(Number);
  return isArray(map) ? new Uint8Array([a, 0, 0, 0]) : Key.encode({ a, b });
}

function found<T>(map: ReadonlyMap<string, T>, name: string): T {
  return found1(map.get(name), name);
}

function found1<T>(value: T | undefined, name = 'single'): T {
  if (value === undefined) throw new TypeError(`nothing is called ${name}`);
  return value;
}

function swap(type: string, value: bigint): bigint {
  let swapped = 0n;
  for (let rest = value, bits = Number(type.replace(/^\D+/, '')); bits > 0; bits -= 8) {
    swapped = (swapped << 8n) | (rest & 0xffn);
    rest >>= 8n;
  }
  return swapped;
}

function load(bytes: Uint8Array, offset: number, size: number): bigint {
  let value = 0n;
  for (let index = size - 1; index >= 0; index--) {
    value = (value << 8n) | BigInt(bytes[offset + index] ?? 0);
  }
  return value;
}

function store(bytes: Uint8Array, offset: number, size: number, value: bigint): void {
  for (let index = 0, rest = value; index < size; index++, rest >>= 8n) {
    bytes[offset + index] = Number(rest & 0xffn);
  }
}

/** Shift amounts wrap at the width of the machine's operation: 64 bits for u64, else 32. */
function binary(operator: BinaryOperator, a: bigint, b: bigint, bits: number): bigint {
  const amount = b & (bits === 64 ? 63n : 31n);
  switch (operator) {
    case 'add':
      return a + b;
    case 'sub':
      return a - b;
    case 'mul':
      return a * b;
    case 'div':
      return b === 0n ? 0n : a / b;
    case 'mod':
      return b === 0n ? a : a % b;
    case 'and':
      return a & b;
    case 'or':
      return a | b;
    case 'xor':
      return a ^ b;
    case 'shl':
      return a << amount;
    case 'shr':
      return a >> amount;
    default:
      return operator satisfies never;
  }
}

function compare(comparison: Comparison, a: bigint, b: bigint, bits: number): boolean {
  const [x, y] = [BigInt.asIntN(bits, a), BigInt.asIntN(bits, b)];
  const answers: Record<Comparison, boolean> = {
    eq: a === b,
    ne: a !== b,
    lt: a < b,
    le: a <= b,
    gt: a > b,
    ge: a >= b,
    slt: x < y,
    sle: x <= y,
    sgt: x > y,
    sge: x >= y,
    hasBits: (a & b) !== 0n,
  };
  return answers[comparison];
}

function atomicResult(operator: string, old: bigint, operand: bigint, expected: bigint): bigint {
  if (operator.endsWith('Add')) return old + operand;
  if (operator.endsWith('Or')) return old | operand;
  if (operator.endsWith('And')) return old & operand;
  if (operator.endsWith('Xor')) return old ^ operand;
  if (operator === 'exchange') return operand;
  return old === expected ? operand : old;
}

/** Ones' complement arithmetic, RFC 1071, on 32 bits. */
const onesAdd = (a: bigint, b: bigint): bigint => {
  const sum = a + b;
  return sum > 0xffff_ffffn ? (sum & 0xffff_ffffn) + 1n : sum;
};
const onesSum = (words: readonly bigint[], seed: bigint): bigint => words.reduce(onesAdd, seed);
const wordsOf = (bytes: Uint8Array): bigint[] =>
  Array.from({ length: bytes.length / 4 }, (_, index) => load(bytes, index * 4, 4));

function fold(sum: bigint): bigint {
  const once = (sum & 0xffffn) + (sum >> 16n);
  return (once & 0xffffn) + (once >> 16n);
}
