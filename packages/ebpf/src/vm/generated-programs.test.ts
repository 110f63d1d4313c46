import { expect, test } from 'vitest';
import {
  emitProgram,
  evaluateProgram,
  generatePacket,
  generateProgram,
  mapNames,
  mapOf,
  MapsModel,
  Random,
} from '../../test/generated/index.ts';
import { BuildError, disassemble } from '../index.ts';
import { Machine } from './machine.ts';
import type { VmMap } from './maps/vm-map.ts';

const programs = 120;
const packetsEach = 6;

/** Contents of a map in the words of `MapsModel`. */
const contents = (map: VmMap): Record<string, string> =>
  Object.fromEntries(
    map.all().map(({ key, values }) => {
      const decoded = map.definition.key.decode(key.bytes);
      return [Object.values(decoded).map(Number).join(), values[0]?.bytes.join() ?? ''];
    }),
  );

test('generated programs do in the interpreter what they mean', { timeout: 60_000 }, () => {
  let tooLarge = 0;
  for (let seed = 1; seed <= programs; seed++) {
    const generated = generateProgram(seed);
    try {
      const program = emitProgram(generated);
      const machine = new Machine(program);
      const model = new MapsModel();
      const random = new Random(seed);
      for (let index = 0; index < packetsEach; index++) {
        const packet = generatePacket(random, 14);
        const wanted = evaluateProgram(generated, packet, model);
        const { verdict, packet: bytes } = machine.run(program, packet);
        const maps = mapNames.map((name) => [name, contents(machine.map(mapOf(name)))]);
        if (verdict !== wanted.verdict || bytes.join() !== wanted.packet.join()) {
          throw new Error(`Packet ${index} ends differently\n${disassemble(program)}`);
        }
        expect(Object.fromEntries(maps)).toEqual(model.state());
      }
    } catch (error) {
      if (error instanceof BuildError && error.message.includes('stack')) tooLarge += 1;
      else throw new Error(`Seed ${seed} failed`, { cause: error });
    }
  }

  expect(tooLarge).toBeLessThan(programs / 50);
});
