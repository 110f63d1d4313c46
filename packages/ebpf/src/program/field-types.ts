import type { Bytes, Scalar, Struct } from '../layout/index.ts';
import type { AnyPointer } from './address.ts';
import type { Operand } from './value.ts';

/** Names of the fields of a layout. */
export type FieldName<S extends Struct> = keyof S['fields'] & string;

/** Names of the fields whose type extends `T`. None where the layout is not known: use `load` and `store`. */
export type FieldOf<S extends Struct, T> = {
  [K in FieldName<S>]: S['fields'][K] extends T ? K : never;
}[FieldName<S>];

/** The type of a scalar field. */
export type ScalarOf<S extends Struct, K extends string> = Extract<S['fields'][K], Scalar>;

/** The layout one gets a view of: a nested layout, or `BytesView` for bytes. */
export type ViewOf<S extends Struct, K extends string> = S['fields'][K] extends Struct
  ? S['fields'][K]
  : Struct;

/** What a field can be filled from: a number, or a pointer to something of the same size. */
export type FieldValue<T> = T extends Scalar
  ? Operand<T>
  : T extends Bytes
    ? AnyPointer | Uint8Array
    : T extends Struct
      ? AnyPointer | FieldValues<T>
      : never;

/** Values for some fields; the others become zero. */
export type FieldValues<S extends Struct> = {
  readonly [K in FieldName<S>]?: FieldValue<S['fields'][K]>;
};
