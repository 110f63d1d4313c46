export type { ResolvePlace, SourcePlace } from './line-records.ts';
export { encodeMapBtf, type MapBtf } from './map-btf.ts';
export { encodeBtf, type ProgramBtf } from './program-btf.ts';
