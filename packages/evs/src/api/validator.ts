import type { TSchema } from '@sinclair/typebox';
import { TypeCompiler, type TypeCheck } from '@sinclair/typebox/compiler';
import { EvsError } from '../errors/index.ts';

/**
 * A check of what clients send, for fastify. It is compiled when the first request comes: fastify's own
 * compiler would take most of the daemon's start.
 */
export function validatorOf({ schema }: { readonly schema: unknown }) {
  let check: TypeCheck<TSchema> | undefined;
  return (value: unknown): { value: unknown } | { error: EvsError } => {
    check ??= TypeCompiler.Compile(schema as TSchema);
    if (check.Check(value)) return { value };
    const first = check.Errors(value).First();
    const where = first?.path === '' ? 'The request' : `${first?.path} of the request`;
    return {
      error: new EvsError('E_INVALID', `${where} makes no sense: ${first?.message}`),
    };
  };
}
