export { all, any, Condition, not, type LazyCondition } from './condition.ts';
export { BuildError } from './build-error.ts';
export { Builder } from './builder.ts';
export type { Loop } from './control-flow.ts';
export type { FieldName, FieldOf, FieldValue, FieldValues, ScalarOf } from './field-types.ts';
export { findHelper, type Helper, type HelperName } from './helpers.ts';
export { SkBuff, TcVerdict, XdpContext, XdpVerdict } from './hooks.ts';
export type { KeyOf, UpdateMode } from './map-access.ts';
export type { Optional } from './optional.ts';
export { Packet, Window, type Hook } from './packet.ts';
export { packetOf, type PacketParameter, type Parameter } from './parameter.ts';
export { Pointer } from './pointer.ts';
export {
  programKind,
  type Instruction,
  type MapRelocation,
  type Program,
  type ProgramFunction,
  type ProgramKind,
  type SourceOrigin,
} from './program.ts';
export { syscall, tc, xdp, type ProgramOptions } from './programs.ts';
export { subprogram, type Subprogram } from './subprogram.ts';
export { Value, Variable, type Operand } from './value.ts';
