import { emptyScope, type Pointer, type Scope } from './scope.ts';
import type { Statement } from './syntax.ts';

const one = (condition: boolean): number => (condition ? 1 : 0);

/** How often each kind of statement shall come, 0 where it is impossible. */
export function statementWeights(
  scope: Scope,
  { hasPacket, hasRoom }: { readonly hasPacket: boolean; readonly hasRoom: boolean },
): Record<Statement['kind'], number> {
  const nested = one(scope.depth > 0);
  const packet = one(hasPacket);
  const room = one(hasRoom);
  const effects = one(!scope.isPure);
  const mayReturn = one(scope.returns !== undefined);
  const inside = one(scope.depth < emptyScope.depth);
  const has = (test: (pointer: Pointer) => boolean): number => one(scope.pointers.some(test));
  const mayLoop = one(scope.depth > 1 && !scope.inRepeat);
  const mayCallBack = mayLoop * effects * has((pointer) => pointer.isLocal);
  return {
    let: 12,
    variable: 4,
    set: 8 * one(scope.variables.length > 0),
    if: 8 * nested,
    switch: 2 * nested,
    repeat: 2 * mayLoop,
    leave: 2 * one(scope.inRepeat),
    window: 8 * packet * Math.max(mayReturn, nested),
    lookup: 8 * nested * effects * room,
    static: 2 * effects,
    local: 4 * room,
    store: 10 * has((pointer) => pointer.writable),
    copy: 2 * one(scope.pointers.length > 1) * has((pointer) => pointer.writable),
    atomic: 6 * has((pointer) => pointer.atomic && pointer.writable),
    update: 4 * effects * room,
    remove: 2 * effects * room,
    loop: 2 * mayCallBack,
    forEach: 2 * mayCallBack,
    checksum: 2 * has((pointer) => pointer.size >= 4),
    // Only at the outermost level: elsewhere not every path would have found the packet again.
    change: 2 * packet * effects * (1 - inside),
    return: effects * mayReturn * inside,
  };
}
