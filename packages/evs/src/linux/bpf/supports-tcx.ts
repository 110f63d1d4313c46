import type { Program } from '@evs/ebpf';
import { EvsError } from '../../errors/index.ts';
import { isErrno } from '../system-call.ts';
import { attachTcx } from './attach-tcx.ts';
import { loadProgram } from './load-program.ts';

let supported: boolean | undefined;

/** Whether tc programs can be attached by links: since Linux 6.6. Loads a program of two instructions to see. */
export function supportsTcx(): boolean {
  supported ??= probe();
  return supported;
}

/** No device has this number: a kernel that knows tcx links says so, an older one does not get that far. */
const noDevice = 0x7fff_ffff;

function probe(): boolean {
  using program = loadProgram(nothing);
  try {
    attachTcx(program, noDevice, 'ingress').detach();
    return true;
  } catch (error) {
    if (error instanceof EvsError && error.code === 'E_NO_DEVICE') return true;
    if (isErrno(error, 'EINVAL')) return false;
    throw error;
  }
}

/** `r0 = 0; exit` */
const nothing: Program = {
  kind: 'tc',
  name: 'evs_probe',
  license: 'Dual MIT/GPL',
  instructions: [
    { opcode: 0xb7, destination: 0, source: 0, offset: 0, immediate: 0 },
    { opcode: 0x95, destination: 0, source: 0, offset: 0, immediate: 0 },
  ],
  relocations: [],
  functions: [{ name: 'evs_probe', at: 0 }],
  origins: [],
  maps: [],
  stackBytes: 0,
  contextBytes: 0,
};
