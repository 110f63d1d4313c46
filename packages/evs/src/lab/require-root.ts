import { EvsError } from '../errors/index.ts';

/** Throws E_NO_PRIVILEGE unless we are root: namespaces, devices and programs all need it. */
export function requireRoot(): void {
  if (process.getuid?.() === 0) return;
  throw new EvsError('E_NO_PRIVILEGE', 'Cannot work on network namespaces without being root', {
    hint: 'Run it with sudo',
  });
}
