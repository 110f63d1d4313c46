import type { ExpressionGenerator } from './generate-expression.ts';
import { Local } from './layouts.ts';
import type { Random } from './random.ts';
import type { Scope } from './scope.ts';
import type { PacketChange } from './syntax.ts';

/** A random call of a helper that changes the packet; many of them are refused. */
export function generateChange(
  random: Random,
  expressions: ExpressionGenerator,
  scope: Scope,
  hook: 'xdp' | 'tc',
): PacketChange {
  if (hook === 'tc') return socketBufferChange(random, expressions, scope);
  return random.once(2)
    ? { how: 'adjustHead', distance: random.below(60) - 40 }
    : { how: 'adjustTail', distance: random.below(60) - 20 };
}

function socketBufferChange(
  random: Random,
  expressions: ExpressionGenerator,
  scope: Scope,
): PacketChange {
  const local = scope.pointers.find((pointer) => pointer.isLocal);
  const how = random.weighted({
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
        distance: (random.below(16) - 6) * 4,
        mode: random.once(8) ? 2 : random.below(2),
        flags: random.pick([0, 0, 2, 2, 2 | 16, 4, 6, 32, 1 << 7, 1 << 8]),
      };
    case 'changeTail':
    case 'pullData':
      return { how, length: random.below(100) };
    case 'storeBytes': {
      const length = 1 + random.below(Local.sizeBytes);
      return { how, offset: random.below(60), from: local?.name ?? '', length };
    }
    case 'replaceChecksum':
      return {
        how,
        layer: random.pick([3, 4]),
        offset: random.below(50),
        from: expressions.expression(scope, 'u32', 1),
        to: expressions.expression(scope, 'u32', 1),
        flags: random.pick([2, 4, 4, 0, 3, 0x12, 0x14, 0x24, 0x22, 0x34]),
      };
    default:
      return how satisfies never;
  }
}
