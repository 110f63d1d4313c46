import { Colouring } from './colouring.ts';
import { rename, type MachineFunction, type MachineInstruction } from './instruction.ts';
import { Interference } from './interference.ts';
import { spill } from './spill.ts';

/** After so many rounds of spilling, reloaded values are kept no longer than one instruction. */
const roundsWithReuse = 3;

/** Gives every register a machine register, spilling what finds no place. Removes copies that became idle. */
export function allocate(code: MachineFunction): void {
  const unspillable = new Set<number>();
  for (let round = 0; ; round += 1) {
    const colours = new Colouring(new Interference(code), unspillable).run();
    if (colours.spilled.size === 0) {
      assign(code, colours.assigned);
      return;
    }
    const { spilled: registers, representative } = colours;
    const added = spill(code, { registers, representative, reuse: round < roundsWithReuse });
    for (const register of added) unspillable.add(register);
  }
}

function assign(code: MachineFunction, assigned: ReadonlyMap<number, number>): void {
  const to = (register: number): number => assigned.get(register) ?? register;
  for (const block of code.blocks) {
    block.instructions = block.instructions
      .map((instruction) => rename(instruction, to))
      .filter((instruction) => !isIdle(instruction));
    const { end } = block;
    if (end.kind === 'branch') {
      const right = 'register' in end.right ? { register: to(end.right.register) } : end.right;
      block.end = { ...end, left: to(end.left), right };
    }
  }
}

const isIdle = (instruction: MachineInstruction): boolean =>
  instruction.form === 'move' && instruction.destination === instruction.source;
