import {
  subprogram,
  u32,
  u64,
  type Builder,
  type Pointer,
  type U32,
  type U64,
  type Value,
} from '@evs/ebpf';
import { Template, TemplateSeat } from '../../layouts.ts';

export type TemplatePointer = Pointer<typeof Template>;
export type Seat = Value<U64>;

/** The slot of the real server in a seat; 0: none. */
export const holderOf = (seat: Seat): Value<U32> =>
  seat.shr(TemplateSeat.holderShift).to(u32).and(0x7fff_ffff);

/** How many connections the template controls. */
export const controlledBy = (seat: Seat): Seat => seat.and(TemplateSeat.controlledMask);

export const isRemoved = (seat: Seat) => seat.shr(63).ne(0);

export const seatOf = (holder: Value<U32>, controlled: number): Seat =>
  holder.to(u64).shl(TemplateSeat.holderShift).or(controlled);

/** Processors that change the same seat at once take turns: far fewer tries than this will do. */
export const tries = 32;

/**
 * Changes the number of connections that a template controls for a real server. 1 if done; 0 if the template has
 * come to another real server, or controls none.
 */
export function changeControlled(
  b: Builder,
  template: TemplatePointer,
  holder: Value<U32>,
  change: 1 | -1,
): Value<U32> {
  const done = b.variable(u32, 0);
  b.repeat(tries, (_, loop) => {
    const seat = template.get('seat');
    b.if(seat.shr(TemplateSeat.holderShift).ne(holder.to(u64)), () => loop.break());
    if (change === -1) b.if(controlledBy(seat).eq(0), () => loop.break());
    const changed = change === 1 ? seat.add(1) : seat.sub(1);
    b.if(template.compareExchange('seat', seat, changed).eq(seat), () => {
      done.set(1);
      loop.break();
    });
  });
  return done;
}

/** The same in a function of its own: the verifier need not walk its rounds on each way that leads here. */
export const controlOneMore = subprogram('control_one_more', [Template, u32], (b, given, holder) =>
  changeControlled(b, given.orReturn(0), holder, 1).to(u64),
);
