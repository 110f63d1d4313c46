import type { MapDefinition } from '../../map/index.ts';

const reasons: Readonly<Record<number, string>> = {
  2: 'there is no such entry',
  7: 'it has no room for it',
  17: 'the entry exists',
  19: 'only arrays declared as memory-mapped have memory to share',
  22: 'this kind of map does not allow it',
};

/** A map of the interpreter refused what the kernel would refuse, with the same error number. */
export class VmMapError extends Error {
  override readonly name = 'VmMapError';
  readonly errno: number;

  constructor(definition: MapDefinition, attempt: string, errno: number) {
    const reason = reasons[errno] ?? `error ${errno}`;
    super(`Cannot ${attempt} map ${definition.name} (${definition.kind}): ${reason}`);
    this.errno = errno;
  }
}
