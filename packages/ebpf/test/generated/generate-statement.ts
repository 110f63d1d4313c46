import { ExpressionGenerator, constant, hostTypes, isConstant } from './generate-expression.ts';
import { isArray, Key, Local, mapNames, Value, type MapName } from './layouts.ts';
import type { Random } from './random.ts';
import { emptyScope, type Pointer, type Scope } from './scope.ts';
import {
  bytesOf,
  type AtomicOperator,
  type Expression,
  type Field,
  type MapKey,
  type PacketChange,
  type Statement,
  type Subprogram,
  type Type,
} from './syntax.ts';

const atomics: readonly AtomicOperator[] = [
  'atomicAdd',
  'atomicOr',
  'atomicAnd',
  'atomicXor',
  'fetchAdd',
  'fetchOr',
  'fetchAnd',
  'fetchXor',
  'exchange',
  'compareExchange',
];
/** bpf_for_each_map_elem knows these; all of them allow to change values in place. */
const walkable: readonly MapName[] = [
  'hash',
  'onDemand',
  'lru',
  'array',
  'perCpuArray',
  'perCpuHash',
];
const localFields = Object.entries(Local.fields).flatMap(([name, type]) =>
  type.kind === 'scalar' ? [[name, type.name] as const] : [],
);
const valueFields = Object.entries(Value.fields).flatMap(([name, type]) =>
  type.kind === 'scalar' ? [[name, type.name] as const] : [],
);

const memory = (name: string, kind: 'local' | 'value' | 'packet', size: number): Pointer => ({
  name,
  size,
  anyOffset: kind === 'packet',
  writable: true,
  atomic: kind !== 'packet',
  isLocal: kind === 'local',
});

/** One statement, and what is in scope after it. */
type Step = readonly [Statement | readonly Statement[], Scope];

/** Random statements. */
export class StatementGenerator {
  readonly #random: Random;
  readonly #hook: 'xdp' | 'tc' | undefined;
  readonly #expressions: ExpressionGenerator;
  #names = 0;
  /** Stack grows by locals; the kernel's limit is 512 bytes for a chain of calls. */
  #stackBytes = 0;
  readonly #stackLimit: number;

  constructor(random: Random, hook: 'xdp' | 'tc' | undefined, stackLimit: number, firstName = 0) {
    this.#stackLimit = stackLimit;
    this.#random = random;
    this.#hook = hook;
    this.#names = firstName;
    this.#expressions = new ExpressionGenerator(random, hook !== undefined);
  }

  /** `count` statements in order; `last` gets the scope behind them. */
  block(scope: Scope, count: number): { readonly body: Statement[]; readonly last: Scope } {
    const body: Statement[] = [];
    let last = scope;
    for (let index = 0; index < count; index++) {
      const [statements, after] = this.#statement(last);
      body.push(...[statements].flat());
      last = after;
    }
    return { body, last };
  }

  /** What a body returns. */
  result(scope: Scope): Expression {
    return this.#expressions.expression(scope, scope.returns ?? 'u32', 2);
  }

  subprogram(name: string, known: readonly Subprogram[]): Subprogram {
    const count = 1 + this.#random.below(5);
    const parameters = Array.from({ length: count }, () => {
      const type: Type = this.#random.pick(hostTypes);
      return [this.#name('p'), type] as const;
    });
    const scope: Scope = {
      ...emptyScope,
      values: parameters.map(([parameter, type]) => ({ name: parameter, type })),
      subprograms: known,
      depth: 2,
      returns: 'u64',
    };
    const { body, last } = this.block(scope, 1 + this.#random.below(4));
    return { name, parameters, body, result: this.result(last) };
  }

  #statement(scope: Scope): Step {
    const nested = scope.depth > 0 ? 1 : 0;
    const packet = this.#hook !== undefined ? 1 : 0;
    const effects = scope.isPure ? 0 : 1;
    const roomy = this.#stackBytes < this.#stackLimit ? 1 : 0;
    const has = (test: (pointer: Pointer) => boolean): number =>
      scope.pointers.some(test) ? 1 : 0;
    const choice = this.#random.weighted({
      let: 6,
      variable: 2,
      set: scope.variables.length > 0 ? 4 : 0,
      if: 4 * nested,
      switch: nested,
      repeat: scope.depth > 1 && !scope.inRepeat ? 1 : 0,
      leave: scope.inRepeat ? 1 : 0,
      window: 4 * packet * (scope.returns !== undefined || scope.depth > 0 ? 1 : 0),
      lookup: 4 * nested * effects * roomy,
      static: effects,
      local: 2 * roomy,
      store: 5 * has((pointer) => pointer.writable),
      copy: scope.pointers.length > 1 ? has((pointer) => pointer.writable) : 0,
      atomic: 3 * has((pointer) => pointer.atomic && pointer.writable),
      update: 2 * effects * roomy,
      remove: effects * roomy,
      loop: scope.depth > 1 && !scope.inRepeat ? effects * has((pointer) => pointer.isLocal) : 0,
      forEach: scope.depth > 1 && !scope.inRepeat ? effects * has((pointer) => pointer.isLocal) : 0,
      checksum: has((pointer) => pointer.size >= 4),
      change: packet * effects * (scope.depth === emptyScope.depth ? 1 : 0),
      return:
        scope.depth < emptyScope.depth && scope.returns !== undefined
          ? this.#random.once(4)
            ? 1
            : 0
          : 0,
    });
    switch (choice) {
      case 'let':
      case 'variable':
        return this.#binding(scope, choice);
      case 'set':
        return this.#set(scope);
      case 'if':
      case 'switch':
      case 'repeat':
      case 'leave':
        return [this.#control(scope, choice), scope];
      case 'window':
        return this.#window(scope);
      case 'lookup':
        return this.#lookup(scope);
      case 'static':
        return this.#static(scope);
      case 'local':
        return this.#local(scope);
      case 'store':
      case 'copy':
        return [this.#write(scope, choice), scope];
      case 'atomic':
        return this.#atomic(scope);
      case 'update':
      case 'remove':
        return this.#mapChange(scope, choice);
      case 'loop':
        return this.#loop(scope);
      case 'forEach':
        return this.#forEach(scope);
      case 'checksum':
        return this.#checksum(scope);
      case 'change':
        return this.#change(scope);
      case 'return':
        return [{ kind: 'return', value: this.result(scope) }, scope];
      default:
        return choice satisfies never;
    }
  }

  #name(prefix: string): string {
    this.#names += 1;
    return `${prefix}${this.#names}`;
  }

  #binding(scope: Scope, kind: 'let' | 'variable'): Step {
    const type = this.#expressions.type();
    const name = this.#name(kind === 'let' ? 'v' : 'x');
    const value = this.#expressions.expression(scope, type);
    const named = { name, type, isConstant: kind === 'let' && isConstant(scope, value) };
    const after = { ...scope, values: [...scope.values, named] };
    return [
      { kind, name, value },
      kind === 'let' ? after : { ...after, variables: [...scope.variables, named] },
    ];
  }

  #set(scope: Scope): Step {
    const variable = this.#random.pick(scope.variables);
    const value = this.#expressions.expression(scope, variable.type);
    return [{ kind: 'set', name: variable.name, value }, scope];
  }

  #inner(scope: Scope, more: Partial<Scope> = {}): Statement[] {
    const inner = { ...scope, ...more, depth: scope.depth - 1 };
    return this.block(inner, 1 + this.#random.below(3)).body;
  }

  #control(scope: Scope, kind: 'if' | 'switch' | 'repeat' | 'leave'): Statement {
    if (kind === 'leave') {
      const leave: Statement = { kind, how: this.#random.pick(['break', 'continue']) };
      const condition = this.#expressions.condition(scope, 1);
      return { kind: 'if', condition, then: [leave], otherwise: undefined };
    }
    if (kind === 'if') {
      const otherwise = this.#random.once(2) ? this.#inner(scope) : undefined;
      const condition = this.#expressions.condition(scope);
      return { kind, condition, then: this.#inner(scope), otherwise };
    }
    if (kind === 'switch') {
      const cases = [0, 1, 2].map((number) => [number, this.#inner(scope)] as const);
      const on = this.#expressions.masked(scope, this.#random.pick(hostTypes), 3);
      return { kind, on, cases, otherwise: this.#inner(scope) };
    }
    const index = this.#name('i');
    const values = [...scope.values, { name: index, type: 'u32' as const }];
    const body = this.#inner(scope, { values, inRepeat: true });
    return { kind, times: 1 + this.#random.below(5), index, body };
  }

  #window(scope: Scope): Step {
    const name = this.#name('w');
    const length = 1 + this.#random.below(24);
    const offset = this.#random.once(3)
      ? this.#expressions.masked(scope, 'u32', 31)
      : this.#random.below(40);
    const pointers = [...scope.pointers, memory(name, 'packet', length)];
    const mayMatch = scope.depth > 0 && this.#random.once(2);
    const absent = mayMatch || scope.returns === undefined ? 'match' : 'return';
    const result = this.result(scope);
    const base = { kind: 'window', name, offset, length, absent, result } as const;
    if (absent === 'return')
      return [
        { ...base, body: [], missing: [] },
        { ...scope, pointers },
      ];
    const body = this.#inner(scope, { pointers });
    return [{ ...base, body, missing: this.#random.once(2) ? this.#inner(scope) : [] }, scope];
  }

  #key(scope: Scope, map: MapName): MapKey {
    this.#stackBytes += 8;
    if (isArray(map)) return { kind: 'index', index: this.#expressions.masked(scope, 'u32', 3) };
    return {
      kind: this.#random.pick(['fields', 'pointer']),
      a: this.#expressions.masked(scope, 'u16', 3),
      b: this.#expressions.masked(scope, 'u8', 1),
    };
  }

  #lookup(scope: Scope): Step {
    const map = this.#random.pick(mapNames);
    const name = this.#name('m');
    const pointers = [...scope.pointers, memory(name, 'value', Value.sizeBytes)];
    const answer = this.#random.pick(['return', 'match', 'orElse'] as const);
    const absent = scope.returns === undefined ? 'match' : answer;
    const key = this.#key(scope, map);
    const secondKey = absent === 'orElse' ? this.#key(scope, map) : key;
    const result = this.result(scope);
    const base = { kind: 'lookup', name, map, key, absent, result, secondKey } as const;
    if (absent !== 'match')
      return [
        { ...base, body: [], missing: [] },
        { ...scope, pointers },
      ];
    const body = this.#inner(scope, { pointers });
    return [{ ...base, body, missing: this.#random.once(2) ? this.#inner(scope) : [] }, scope];
  }

  #static(scope: Scope): Step {
    const name = this.#name('s');
    const pointers = [...scope.pointers, memory(name, 'value', Value.sizeBytes)];
    return [
      { kind: 'static', name },
      { ...scope, pointers },
    ];
  }

  #fields(scope: Scope, from: readonly (readonly [string, Type])[]): Field[] {
    return from
      .filter(() => this.#random.once(2))
      .map(([name, type]) => [name, this.#expressions.expression(scope, type, 1)]);
  }

  #local(scope: Scope): Step {
    this.#stackBytes += Local.sizeBytes;
    const name = this.#name('l');
    const pointers = [...scope.pointers, memory(name, 'local', Local.sizeBytes)];
    return [
      { kind: 'local', name, fields: this.#fields(scope, localFields) },
      { ...scope, pointers },
    ];
  }

  #write(scope: Scope, kind: 'store' | 'copy'): Statement {
    const to = this.#random.pick(scope.pointers.filter((pointer) => pointer.writable));
    if (kind === 'copy') {
      const from = this.#random.pick(scope.pointers);
      const size = 1 + this.#random.below(Math.min(8, to.size, from.size));
      const offset = this.#random.below(to.size - size + 1);
      const fromOffset = this.#random.below(from.size - size + 1);
      const overlaps = from.name === to.name;
      if (!overlaps) return { kind, to: to.name, offset, from: from.name, fromOffset, size };
    }
    const types = [...hostTypes, 'be16', 'be32'] as const;
    const fitting = types.filter((type) => bytesOf(type) <= to.size);
    const type = this.#random.pick(fitting);
    const offset = this.#random.below(to.size - bytesOf(type) + 1);
    return {
      kind: 'store',
      to: to.name,
      offset: to.anyOffset ? offset : offset - (offset % bytesOf(type)),
      value: this.#expressions.expression(scope, type, 2),
    };
  }

  #atomic(scope: Scope): Step {
    const to = this.#random.pick(
      scope.pointers.filter((pointer) => pointer.atomic && pointer.writable),
    );
    const operator = this.#random.pick(atomics);
    const field = this.#random.pick(['wide', 'other', 'short'] as const);
    const type = field === 'short' ? 'u32' : 'u64';
    const name = this.#name('f');
    const operand = this.#expressions.expression(scope, type, 1);
    const expected: Expression = this.#random.once(2)
      ? {
          kind: 'load',
          type,
          from: to.name,
          offset: (to.isLocal ? Local : Value).offsetOf(field),
        }
      : this.#expressions.expression(scope, type, 1);
    const values = operator.startsWith('atomic')
      ? scope.values
      : [...scope.values, { name, type } as const];
    return [
      { kind: 'atomic', operator, to: to.name, field, operand, expected, name },
      { ...scope, values },
    ];
  }

  #mapChange(scope: Scope, kind: 'update' | 'remove'): Step {
    const arrays: readonly MapName[] = ['array', 'perCpuArray', 'single'];
    const allowed = kind === 'remove' ? mapNames.filter((map) => !arrays.includes(map)) : mapNames;
    const map = this.#random.pick(allowed);
    const name = this.#name('e');
    const key = this.#key(scope, map);
    const after = { ...scope, values: [...scope.values, { name, type: 'u64' as const }] };
    if (kind === 'remove') return [{ kind, name, map, key }, after];
    this.#stackBytes += Value.sizeBytes;
    const mode = this.#random.pick(['any', 'create', 'replace'] as const);
    return [{ kind, name, map, key, fields: this.#fields(scope, valueFields), mode }, after];
  }

  #loop(scope: Scope): Step {
    const context = this.#random.pick(scope.pointers.filter((pointer) => pointer.isLocal)).name;
    const [name, inner, index] = [this.#name('n'), this.#name('c'), this.#name('i')];
    const generator = new StatementGenerator(this.#random, undefined, 40, this.#names + 1000);
    const scopeInside: Scope = {
      ...emptyScope,
      values: [{ name: index, type: 'u32' }],
      pointers: [memory(inner, 'local', Local.sizeBytes)],
      subprograms: scope.subprograms,
      depth: 1,
      returns: undefined,
    };
    const { body, last } = generator.block(
      { ...scopeInside, isPure: this.#random.once(2) },
      1 + this.#random.below(3),
    );
    this.#names += 2000;
    const statement: Statement = {
      kind: 'loop',
      name,
      count: this.#loopCount(scope),
      context,
      inner,
      index,
      body,
      stop: generator.#expressions.condition(last, 1),
    };
    return [statement, { ...scope, values: [...scope.values, { name, type: 'u64' }] }];
  }

  /**
   * Never 0: a verifier that knows it (Linux 6.18) drops the callback as dead code, and then refuses the program
   * with "verifier bug: No program to jit", since the reference to it is still there.
   */
  #loopCount(scope: Scope): Expression {
    const left = this.#expressions.masked(scope, 'u32', 15);
    return { kind: 'binary', type: 'u32', operator: 'or', left, right: constant('u32', 1) };
  }

  /** The kernel visits entries in an order of its own, so the body changes only its entry and adds up. */
  #forEach(scope: Scope): Step {
    const context = this.#random.pick(scope.pointers.filter((pointer) => pointer.isLocal)).name;
    const [name, inner, key, value] = ['n', 'c', 'k', 'm'].map((prefix) => this.#name(prefix));
    if (name === undefined || inner === undefined || key === undefined || value === undefined) {
      throw new TypeError('no name');
    }
    const map = this.#random.pick(walkable);
    const generator = new StatementGenerator(this.#random, undefined, 40, this.#names + 1000);
    const keyPointer: Pointer = {
      ...memory(key, 'value', isArray(map) ? 4 : Key.sizeBytes),
      writable: false,
      atomic: false,
    };
    const pointers = [keyPointer, memory(value, 'value', Value.sizeBytes)];
    const { body, last } = generator.block(
      { ...emptyScope, pointers, isPure: true, depth: 1, returns: undefined },
      1 + this.#random.below(3),
    );
    this.#names += 2000;
    const sum = generator.#expressions.expression(last, 'u64', 2);
    const add: Statement = {
      kind: 'atomic',
      operator: 'atomicAdd',
      to: inner,
      field: 'wide',
      operand: sum,
      expected: constant('u64', 0),
      name: this.#name('f'),
    };
    return [
      { kind: 'forEach', name, map, context, inner, key, value, body: [...body, add] },
      { ...scope, values: [...scope.values, { name, type: 'u64' }] },
    ];
  }

  #checksum(scope: Scope): Step {
    const large = scope.pointers.filter((pointer) => pointer.size >= 4);
    const [from, to] = [this.#random.pick(large), this.#random.pick(large)];
    const name = this.#name('d');
    const sizeOf = (pointer: Pointer): number =>
      4 * (1 + this.#random.below(Math.floor(pointer.size / 4)));
    const statement: Statement = {
      kind: 'checksum',
      name,
      from: from.name,
      fromSize: sizeOf(from),
      to: to.name,
      toSize: sizeOf(to),
      seed: this.#expressions.expression(scope, 'u32', 1),
    };
    return [statement, { ...scope, values: [...scope.values, { name, type: 'u64' }] }];
  }

  #change(scope: Scope): Step {
    const name = this.#name('e');
    const change = this.#hook === 'xdp' ? this.#xdpChange() : this.#socketBufferChange(scope);
    if (change === undefined) return this.#binding(scope, 'let');
    const after = {
      ...scope,
      pointers: scope.pointers.filter((pointer) => !pointer.anyOffset),
      values: [...scope.values, { name, type: 'u64' as const }],
    };
    return [{ kind: 'change', name, change }, after];
  }

  #xdpChange(): PacketChange {
    return this.#random.once(2)
      ? { how: 'adjustHead', distance: this.#random.below(60) - 40 }
      : { how: 'adjustTail', distance: this.#random.below(60) - 20 };
  }

  #socketBufferChange(scope: Scope): PacketChange | undefined {
    const local = scope.pointers.find((pointer) => pointer.isLocal);
    const how = this.#random.weighted({
      adjustRoom: 3,
      changeTail: 1,
      pullData: 1,
      storeBytes: local === undefined ? 0 : 3,
      replaceChecksum: 3,
    });
    switch (how) {
      case 'adjustRoom':
        return {
          how,
          distance: (this.#random.below(16) - 6) * 4,
          mode: this.#random.below(8) === 0 ? 2 : this.#random.below(2),
          flags: this.#random.pick([0, 0, 2, 2, 2 | 16, 4, 6, 32, 1 << 7, 1 << 8]),
        };
      case 'changeTail':
        return { how, length: this.#random.below(100) };
      case 'pullData':
        return { how, length: this.#random.below(100) };
      case 'storeBytes':
        return {
          how,
          offset: this.#random.below(60),
          from: local?.name ?? '',
          length: 1 + this.#random.below(Local.sizeBytes),
        };
      case 'replaceChecksum':
        return {
          how,
          layer: this.#random.pick([3, 4]),
          offset: this.#random.below(50),
          from: this.#expressions.expression(scope, 'u32', 1),
          to: this.#expressions.expression(scope, 'u32', 1),
          flags: this.#random.pick([2, 4, 4, 0, 3, 0x12, 0x14, 0x24, 0x22, 0x34]),
        };
      default:
        return how satisfies never;
    }
  }
}
