import type { Assembly } from './assembly.ts';
import { BuildError } from './build-error.ts';
import type { Block, FunctionIr } from './ir/function.ts';
import type { Input } from './ir/input.ts';
import type { Comparison, Operation, Terminator, Width } from './ir/instruction.ts';
import { originHere, type Origin } from './origin.ts';

/** Writes one function's operations down, in the order in which the source program asks for them. */
export class Recorder {
  readonly assembly: Assembly;
  readonly ir: FunctionIr;
  /** What must still be answered, with the step that made it. */
  readonly unanswered = new Map<object, readonly string[]>();
  /** Changes with every reload of the packet, and with every change to it. */
  packetGeneration = 0;
  #generations = 0;
  #block: Block;
  #loopDepth = 0;
  #path: readonly string[] = [];
  #origin: Origin;

  constructor(assembly: Assembly, ir: FunctionIr, path: readonly string[]) {
    this.assembly = assembly;
    this.ir = ir;
    this.#path = path;
    this.#origin = originHere(path);
    this.#block = ir.newBlock(false, 0);
    this.#block.reached = true;
    ir.blocks.push(this.#block);
  }

  /** Steps around the current operation, without the program. */
  get path(): readonly string[] {
    return this.#path;
  }

  /** False after a return, until a block is started that something leads to. */
  get reachable(): boolean {
    return this.#block.reached && this.#block.end === undefined;
  }

  /** Every public operation calls this first: what it appends came from there. */
  mark(): void {
    this.#origin = originHere(this.#path);
  }

  within<T>(step: string, body: () => T): T {
    const before = this.#path;
    this.#path = [...before, step];
    try {
      return body();
    } finally {
      this.#path = before;
    }
  }

  error(step: string, reason: string): BuildError {
    return new BuildError([this.assembly.name, ...this.#path, step], reason);
  }

  register(): number {
    return this.ir.newRegister();
  }

  append(operation: Operation): void {
    if (this.reachable) this.#block.instructions.push({ origin: this.#origin, ...operation });
  }

  /** From here on to the end of the present path, code rarely runs. */
  cold(): void {
    this.#block.cold = true;
  }

  /** A block of the current loop; cold if asked for, or if the current one is. */
  block(cold = false): Block {
    return this.ir.newBlock(cold || this.#block.cold, this.#loopDepth);
  }

  start(block: Block): void {
    this.ir.blocks.push(block);
    this.#block = block;
    this.packetGeneration = block.packetGeneration ?? this.packetGeneration;
  }

  jump(target: Block): void {
    this.#end({ kind: 'jump', target }, [target]);
  }

  branch(
    comparison: Comparison,
    width: Width,
    [left, right]: readonly [Input, Input],
    [whenTrue, whenFalse]: readonly [Block, Block],
  ): void {
    this.#end({ kind: 'branch', comparison, width, left, right, whenTrue, whenFalse }, [
      whenTrue,
      whenFalse,
    ]);
  }

  return(value: Input): void {
    this.#end({ kind: 'return', value }, []);
  }

  /** Runs `body` with blocks that count as one loop deeper. */
  inLoop(body: () => void): void {
    this.#loopDepth += 1;
    body();
    this.#loopDepth -= 1;
  }

  newPacketGeneration(): number {
    this.#generations += 1;
    this.packetGeneration = this.#generations;
    return this.packetGeneration;
  }

  #end(end: Terminator, targets: readonly Block[]): void {
    if (!this.reachable) return;
    this.#block.end = { origin: this.#origin, ...end };
    for (const target of targets) this.#reach(target);
  }

  #reach(target: Block): void {
    target.reached = true;
    if (target.packetGeneration === undefined) target.packetGeneration = this.packetGeneration;
    else if (target.packetGeneration !== this.packetGeneration) {
      if (this.ir.blocks.includes(target)) {
        throw this.error('repeat', 'the packet changes within the loop: change it before or after');
      }
      this.#generations += 1;
      target.packetGeneration = this.#generations;
    }
  }
}
