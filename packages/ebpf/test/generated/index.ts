export { emitProgram } from './emit.ts';
export { evaluateProgram } from './evaluate.ts';
export { generatePacket, generateProgram } from './generate.ts';
export { keysOf, mapNames, mapOf, Value, type MapName } from './layouts.ts';
export { MapsModel } from './maps-model.ts';
export { Random } from './random.ts';
export type { GeneratedProgram } from './syntax.ts';
