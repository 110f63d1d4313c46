import { expect, test } from 'vitest';
import {
  assembleProgram,
  type ProgramPlace,
} from '../../src/dataplane/control/assemble-program.ts';
import { MapStore } from '../../src/dataplane/control/map-store.ts';
import { programInfo } from '../../src/linux/bpf/object-info.ts';
import { loadProgram, supportsTcx } from '../../src/linux/index.ts';
import { tablesOf } from '../fixtures/assembled.ts';
import { everyFeature } from '../fixtures/every-feature.ts';

/**
 * A quarter of what the verifier bears: room for what comes, and programs load fast. That of Linux 6.1 recognises fewer
 * ways as walked before.
 */
const mostWork = supportsTcx() ? 250_000 : 600_000;

test.each<ProgramPlace>(['tc', 'loopback', 'xdp', 'sweep', 'adopt'])(
  'the kernel takes a program with every feature with little work: %s',
  (place) => {
    using store = new MapStore(tablesOf({}), undefined);
    const { program, btf } = assembleProgram(store.definitions, everyFeature, place);
    using loaded = loadProgram(program, store.forProgram(program), { btf });

    const { verifiedInstructions } = programInfo(loaded.fd);
    expect(verifiedInstructions).toBeGreaterThan(0);
    expect(verifiedInstructions).toBeLessThan(mostWork);
  },
);
