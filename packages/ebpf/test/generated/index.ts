export { emitProgram } from './emit.ts';
export { evaluateProgram, MapsModel, type MapState } from './evaluate.ts';
export { generatePacket, generateProgram } from './generate.ts';
export { keysOf, mapNames, mapOf, Value, type MapName } from './layouts.ts';
export { Random } from './random.ts';
export type { GeneratedProgram } from './syntax.ts';
