import {
  disassemble,
  Machine,
  struct,
  syscall,
  u32,
  u64,
  type Builder,
  type Infer,
  type Pointer,
  type Program,
} from '../src/index.ts';

/** What small programs of tests read and write. */
export const Numbers = struct('numbers', { a: u64, b: u64, x: u32, y: u32, result: u64 });
export type Numbers = Infer<typeof Numbers>;

const zeros: Numbers = { a: 0n, b: 0n, x: 0, y: 0, result: 0n };

type Body = (b: Builder, numbers: Pointer<typeof Numbers>) => void;

/** Assembles a body that ends by itself with 0. */
export const programOf = (body: Body): Program =>
  syscall('calculate', Numbers, (b, numbers) => {
    body(b, numbers);
    return 0;
  });

/** Assembles a body and runs it in the interpreter on some numbers. */
export function calculate(body: Body, input: Partial<Numbers> = {}): Numbers {
  const program = programOf(body);
  const context = Numbers.encode({ ...zeros, ...input });
  return Numbers.decode(new Machine(program).runSyscall(program, context).context);
}

/** The instructions of a body, one to a line, without the name of the program. */
export const linesOf = (body: Body): string[] =>
  disassemble(programOf(body))
    .split('\n')
    .slice(1)
    .map((line) => line.trim())
    .filter((line) => line !== '');
