import {
  all,
  any,
  not,
  subprogram,
  tc,
  xdp,
  type Builder,
  type Condition as BuiltCondition,
  type LazyCondition,
  type Operand,
  type Packet,
  type Pointer,
  type Program,
  type Scalar,
  type Struct,
  type Subprogram as BuiltSubprogram,
  type Value as BuiltValue,
  type Variable,
  type Window,
} from '../../src/index.ts';
import { Key, Local, mapOf, scalars, span, Value } from './layouts.ts';
import type {
  Cases,
  Condition,
  Expression,
  Field,
  GeneratedProgram,
  MapKey,
  Of,
  PacketChange,
  Statement,
  Subprogram,
} from './syntax.ts';

type AnyBuiltSubprogram = BuiltSubprogram<readonly Scalar[]>;
interface Loop {
  break(): void;
  continue(): void;
}

/** Writes a generated program with the builder. */
export function emitProgram(program: GeneratedProgram): Program {
  const built = new Map<Subprogram, AnyBuiltSubprogram>();
  const body = (b: Builder, packet: Packet): Operand => {
    const emitter = new Emitter(b, packet, built);
    emitter.block(program.body);
    return emitter.operand(program.verdict);
  };
  const name = `gen_${program.seed}`;
  return program.hook === 'xdp' ? xdp(name, body as never) : tc(name, body as never);
}

class Emitter {
  readonly #b: Builder;
  readonly #packet: Packet | undefined;
  readonly #built: Map<Subprogram, AnyBuiltSubprogram>;
  readonly #values = new Map<string, BuiltValue>();
  readonly #pointers = new Map<string, Pointer>();
  #loop: Loop | undefined;

  constructor(b: Builder, packet: Packet | undefined, built: Map<Subprogram, AnyBuiltSubprogram>) {
    this.#b = b;
    this.#packet = packet;
    this.#built = built;
  }

  name(name: string, value: BuiltValue): void {
    this.#values.set(name, value);
  }

  point(name: string, pointer: Pointer): void {
    this.#pointers.set(name, pointer);
  }

  block(statements: readonly Statement[]): void {
    for (const statement of statements) {
      const emit = this.#cases[statement.kind] as (of: Statement) => void;
      emit(statement);
    }
  }

  /** A constant stays one, where the builder takes both. */
  operand(expression: Expression): Operand {
    return expression.kind === 'constant' ? constantOf(expression) : this.value(expression);
  }

  value(expression: Expression): BuiltValue {
    switch (expression.kind) {
      case 'constant':
        return this.#b.constant(scalars[expression.type], constantOf(expression));
      case 'name':
        return found(this.#values, expression.name);
      case 'binary':
        return this.value(expression.left)[expression.operator](this.operand(expression.right));
      case 'unary':
        return this.value(expression.of)[expression.operator]();
      case 'convert':
        return this.#convert(expression);
      case 'load':
        return this.#pointer(expression.from).load(scalars[expression.type], expression.offset);
      case 'length':
        return this.#existingPacket().length();
      case 'select':
        return this.#select(expression);
      case 'call':
        return this.#b.call(
          this.#subprogram(expression.target),
          ...expression.parameters.map((parameter) => this.operand(parameter)),
        );
      default:
        return expression satisfies never;
    }
  }

  condition(condition: Condition): BuiltCondition {
    if (condition.kind === 'not') return not(this.condition(condition.part));
    if (condition.kind === 'compare') {
      const left = this.value(condition.left);
      return left[condition.comparison](this.operand(condition.right));
    }
    const parts = condition.parts.map((part): LazyCondition =>
      condition.lazy ? () => this.condition(part) : this.condition(part),
    );
    return condition.kind === 'all' ? all(...parts) : any(...parts);
  }

  #convert({ type, how, of }: Extract<Expression, { kind: 'convert' }>): BuiltValue {
    const value = this.value(of);
    const scalar: Scalar = scalars[type];
    if (how === 'to') return value.to(scalar);
    if (how === 'reinterpret') return value.reinterpret(scalar);
    return how === 'host'
      ? (value as BuiltValue<typeof scalars.be32>).host()
      : (value as BuiltValue<typeof scalars.u32>).network();
  }

  #select(expression: Extract<Expression, { kind: 'select' }>): BuiltValue {
    const { type, whenTrue, whenFalse, lazy } = expression;
    const condition = this.condition(expression.condition);
    const choice = (of: Expression): Operand | (() => Operand) =>
      lazy ? () => this.operand(of) : this.operand(of);
    return this.#b.select<Scalar>(condition, scalars[type], choice(whenTrue), choice(whenFalse));
  }

  #subprogram(target: Subprogram): AnyBuiltSubprogram {
    const existing = this.#built.get(target);
    if (existing !== undefined) return existing;
    const types: readonly Scalar[] = target.parameters.map(([, type]) => scalars[type]);
    const built = subprogram(target.name, types, (b, ...values) => {
      const emitter = new Emitter(b, undefined, this.#built);
      for (const [index, [name]] of target.parameters.entries()) {
        const value = values[index];
        if (value !== undefined) emitter.name(name, value);
      }
      emitter.block(target.body);
      return emitter.operand(target.result) as Operand<typeof scalars.u64>;
    });
    this.#built.set(target, built);
    return built;
  }

  readonly #cases: Cases<void> = {
    let: ({ name, value }) => this.name(name, this.#snapshot(value)),
    variable: ({ name, value }) => {
      const type: Scalar = scalars[value.type];
      this.name(name, this.#b.variable(type, this.operand(value)));
    },
    set: ({ name, value }) => (found(this.#values, name) as Variable).set(this.operand(value)),
    if: (statement) => this.#if(statement),
    switch: ({ on, cases, otherwise }) =>
      this.#b.switch(
        this.value(on),
        cases.map(([number, body]) => [number, () => this.block(body)] as const),
        () => this.block(otherwise),
      ),
    repeat: (statement) => this.#repeat(statement),
    leave: ({ how }) => this.#loop?.[how](),
    window: (statement) => this.#window(statement),
    lookup: (statement) => this.#lookup(statement),
    static: ({ name }) => this.point(name, this.#b.staticValue(mapOf('single') as never)),
    local: ({ name, fields }) => this.point(name, this.#local(Local, fields)),
    store: ({ to, offset, value }) => {
      const type: Scalar = scalars[value.type];
      this.#pointer(to).store(type, offset, this.operand(value));
    },
    copy: ({ to, offset, from, fromOffset, size }) =>
      this.#pointer(to).copyBytes(offset, this.#pointer(from), fromOffset, size),
    atomic: (statement) => this.#atomic(statement),
    update: ({ name, map, key, fields, mode }) => {
      const at = this.#key(key);
      this.name(name, this.#b.update(mapOf(map), at, this.#local(Value, fields), mode));
    },
    remove: ({ name, map, key }) => this.name(name, this.#b.remove(mapOf(map), this.#key(key))),
    loop: (statement) => this.#callbackLoop(statement),
    forEach: (statement) => this.#forEach(statement),
    checksum: (statement) => this.#checksum(statement),
    change: ({ name, change }) => {
      this.name(name, this.#change(change));
      this.#existingPacket().reload();
    },
    return: ({ value }) => this.#b.return(this.operand(value)),
  };

  #if({ condition, body, otherwise }: Of<'if'>): void {
    const decided = this.condition(condition);
    const then = (): void => this.block(body);
    if (otherwise === undefined) this.#b.if(decided, then);
    else this.#b.if(decided, then, () => this.block(otherwise));
  }

  #checksum({ name, from, fromSize, to, toSize, seed }: Of<'checksum'>): void {
    const [taken, added] = [this.#pointer(from), this.#pointer(to)];
    const start = this.operand(seed);
    this.name(name, this.#b.helper('csum_diff', taken, fromSize, added, toSize, start));
  }

  /** A value by a name must not follow the variable that it was taken from. */
  #snapshot(expression: Expression): BuiltValue {
    const value = this.value(expression);
    return expression.kind === 'name' ? value.to(scalars[expression.type]) : value;
  }

  #repeat(statement: Of<'repeat'>): void {
    const outer = this.#loop;
    this.#b.repeat(statement.times, (index, loop) => {
      this.name(statement.index, index);
      this.#loop = loop;
      this.block(statement.body);
    });
    this.#loop = outer;
  }

  #window(statement: Of<'window'>): void {
    const { offset, length, name } = statement;
    const at = typeof offset === 'number' ? offset : this.value(offset);
    const result = statement.absent === 'return' ? this.operand(statement.result) : 0;
    const window = this.#existingPacket().window(at as BuiltValue<typeof scalars.u32>, length);
    const enter = (present: Window): void => this.point(name, present.view(span(length)));
    if (statement.absent === 'return') return enter(window.orReturn(result));
    window.match(
      (present) => {
        enter(present);
        this.block(statement.body);
      },
      () => this.block(statement.missing),
    );
  }

  #lookup(statement: Of<'lookup'>): void {
    const { map, name } = statement;
    const result = statement.absent === 'match' ? 0 : this.operand(statement.result);
    const optional = this.#b.lookup(mapOf(map), this.#key(statement.key));
    if (statement.absent === 'return') return this.point(name, optional.orReturn(result));
    if (statement.absent === 'orElse') {
      const second = (): Pointer =>
        this.#b.lookup(mapOf(map), this.#key(statement.secondKey)).orReturn(result);
      return this.point(name, optional.orElse(second));
    }
    optional.match(
      (present) => {
        this.point(name, present);
        this.block(statement.body);
      },
      () => this.block(statement.missing),
    );
  }

  #key(key: MapKey): never {
    if (key.kind === 'index') return this.operand(key.index) as never;
    const fields = { a: this.operand(key.a), b: this.operand(key.b) };
    return (key.kind === 'fields' ? fields : this.#b.local(Key, fields as never)) as never;
  }

  #local(layout: Struct, fields: readonly Field[]): Pointer {
    const given = fields.map(([name, value]) => [name, this.operand(value)] as const);
    return this.#b.local(layout, Object.fromEntries(given));
  }

  #atomic(statement: Of<'atomic'>): void {
    const to = this.#pointer(statement.to) as unknown as Pointer<typeof Value>;
    const operand = this.operand(statement.operand) as Operand<typeof scalars.u64>;
    const field = statement.field as 'wide';
    if (statement.operator === 'compareExchange') {
      const expected = this.operand(statement.expected) as Operand<typeof scalars.u64>;
      this.name(statement.name, to.compareExchange(field, expected, operand));
      return;
    }
    const result = to[statement.operator](field, operand);
    if (result !== undefined) this.name(statement.name, result);
  }

  #callbackLoop(statement: Of<'loop'>): void {
    const count = this.operand(statement.count) as Operand<typeof scalars.u32>;
    const context = this.#pointer(statement.context);
    const rounds = this.#b.loop(count, context, (b, index, inner) => {
      const emitter = new Emitter(b, undefined, this.#built);
      emitter.name(statement.index, index);
      emitter.point(statement.inner, inner);
      emitter.block(statement.body);
      return b.select(emitter.condition(statement.stop), scalars.u64, 1, 0);
    });
    this.name(statement.name, rounds);
  }

  #forEach(statement: Of<'forEach'>): void {
    const map = mapOf(statement.map);
    const context = this.#pointer(statement.context);
    const visited = this.#b.forEach(map, context, (b, key, value, inner) => {
      const emitter = new Emitter(b, undefined, this.#built);
      emitter.point(statement.key, key);
      emitter.point(statement.value, value);
      emitter.point(statement.inner, inner);
      emitter.block(statement.body);
      return 0;
    });
    this.name(statement.name, visited);
  }

  #change(change: PacketChange): BuiltValue {
    const b = this.#b;
    const { context } = this.#existingPacket();
    switch (change.how) {
      case 'adjustHead':
        return b.helper('xdp_adjust_head', context, change.distance);
      case 'adjustTail':
        return b.helper('xdp_adjust_tail', context, change.distance);
      case 'adjustRoom':
        return b.helper('skb_adjust_room', context, change.distance, change.mode, change.flags);
      case 'changeTail':
        return b.helper('skb_change_tail', context, change.length, 0);
      case 'pullData':
        return b.helper('skb_pull_data', context, change.length);
      case 'storeBytes': {
        const from = this.#pointer(change.from);
        return b.helper('skb_store_bytes', context, change.offset, from, change.length, 0);
      }
      case 'replaceChecksum': {
        const which = change.layer === 3 ? 'l3_csum_replace' : 'l4_csum_replace';
        const [from, to] = [this.operand(change.from), this.operand(change.to)];
        return b.helper(which, context, change.offset, from, to, change.flags);
      }
      default:
        return change satisfies never;
    }
  }

  #pointer(name: string): Pointer {
    return found(this.#pointers, name);
  }

  #existingPacket(): Packet {
    if (this.#packet === undefined) throw new TypeError('no packet here');
    return this.#packet;
  }
}

/** As the builder wants it: in host order for network types. */
function constantOf({ type, value }: { type: Expression['type']; value: bigint }): bigint | number {
  return type.endsWith('64') ? value : Number(value);
}

function found<T>(map: ReadonlyMap<string, T>, name: string): T {
  const value = map.get(name);
  if (value === undefined) throw new TypeError(`nothing is called ${name}`);
  return value;
}
