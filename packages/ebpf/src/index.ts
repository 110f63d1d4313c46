export * from './layout/index.ts';
export * from './map/index.ts';
export * from './program/index.ts';
export * from './isa/index.ts';
export * from './btf/index.ts';
export * from './vm/index.ts';
