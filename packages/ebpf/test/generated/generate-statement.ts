import { ExpressionGenerator, constant, hostTypes, isConstant } from './generate-expression.ts';
import { generateChange } from './generate-change.ts';
import { isArray, Key, Local, mapNames, Value, type MapName } from './layouts.ts';
import type { Random } from './random.ts';
import { emptyScope, type Pointer, type Scope } from './scope.ts';
import { statementWeights } from './statement-weights.ts';
import {
  bytesOf,
  type AtomicOperator,
  type Expression,
  type Field,
  type MapKey,
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
    const weights = statementWeights(scope, {
      hasPacket: this.#hook !== undefined,
      hasRoom: this.#stackBytes < this.#stackLimit,
    });
    return this.#cases[this.#random.weighted(weights)](scope);
  }

  readonly #cases: Record<Statement['kind'], (scope: Scope) => Step> = {
    let: (scope) => this.#binding(scope, 'let'),
    variable: (scope) => this.#binding(scope, 'variable'),
    set: (scope) => this.#set(scope),
    if: (scope) => [this.#if(scope), scope],
    switch: (scope) => [this.#switch(scope), scope],
    repeat: (scope) => [this.#repeat(scope), scope],
    leave: (scope) => [this.#leave(scope), scope],
    window: (scope) => this.#window(scope),
    lookup: (scope) => this.#lookup(scope),
    static: (scope) => this.#static(scope),
    local: (scope) => this.#local(scope),
    store: (scope) => [this.#store(scope), scope],
    copy: (scope) => [this.#copy(scope) ?? this.#store(scope), scope],
    atomic: (scope) => this.#atomic(scope),
    update: (scope) => this.#mapChange(scope, 'update'),
    remove: (scope) => this.#mapChange(scope, 'remove'),
    loop: (scope) => this.#loop(scope),
    forEach: (scope) => this.#forEach(scope),
    checksum: (scope) => this.#checksum(scope),
    change: (scope) => this.#change(scope),
    return: (scope) => [{ kind: 'return', value: this.result(scope) }, scope],
  };

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

  #leave(scope: Scope): Statement {
    const leave: Statement = { kind: 'leave', how: this.#random.pick(['break', 'continue']) };
    const condition = this.#expressions.condition(scope, 1);
    return { kind: 'if', condition, body: [leave], otherwise: undefined };
  }

  #if(scope: Scope): Statement {
    const otherwise = this.#random.once(2) ? this.#inner(scope) : undefined;
    const condition = this.#expressions.condition(scope);
    return { kind: 'if', condition, body: this.#inner(scope), otherwise };
  }

  #switch(scope: Scope): Statement {
    const cases = [0, 1, 2].map((number) => [number, this.#inner(scope)] as const);
    const on = this.#expressions.masked(scope, this.#random.pick(hostTypes), 3);
    return { kind: 'switch', on, cases, otherwise: this.#inner(scope) };
  }

  #repeat(scope: Scope): Statement {
    const index = this.#name('i');
    const values = [...scope.values, { name: index, type: 'u32' as const }];
    const body = this.#inner(scope, { values, inRepeat: true });
    return { kind: 'repeat', times: 1 + this.#random.below(5), index, body };
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

  /** Undefined if source and target are the same memory. */
  #copy(scope: Scope): Statement | undefined {
    const to = this.#random.pick(scope.pointers.filter((pointer) => pointer.writable));
    const from = this.#random.pick(scope.pointers);
    const size = 1 + this.#random.below(Math.min(8, to.size, from.size));
    const offset = this.#random.below(to.size - size + 1);
    const fromOffset = this.#random.below(from.size - size + 1);
    if (from.name === to.name) return undefined;
    return { kind: 'copy', to: to.name, offset, from: from.name, fromOffset, size };
  }

  #store(scope: Scope): Statement {
    const to = this.#random.pick(scope.pointers.filter((pointer) => pointer.writable));
    const types = [...hostTypes, 'be16', 'be32'] as const;
    const type = this.#random.pick(types.filter((candidate) => bytesOf(candidate) <= to.size));
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
    const change = generateChange(this.#random, this.#expressions, scope, this.#hook ?? 'xdp');
    const after = {
      ...scope,
      pointers: scope.pointers.filter((pointer) => !pointer.anyOffset),
      values: [...scope.values, { name, type: 'u64' as const }],
    };
    return [{ kind: 'change', name, change }, after];
  }
}
