import { assembleProgram } from '../../packages/evs/src/dataplane/control/assemble-program.ts';
import { sweepProgram } from '../../packages/evs/src/dataplane/program/sweep.ts';
import { programInfo } from '../../packages/evs/src/linux/bpf/object-info.ts';
import { loadProgram } from '../../packages/evs/src/linux/index.ts';
import { everyFeature } from '../../packages/evs/test/fixtures/every-feature.ts';
import type { Finding } from '../support/report.ts';
import { director } from './balancers.ts';
import { pinnedMapBytes } from './memory.ts';

const mostInstructions = 3200;
const mostVerified = 200_000;
const mostBytes = 64 << 20;

/** How long the programs are, and how much memory the maps take before the first connection. */
export function sizes(): Finding[] {
  using balancer = director('masquerading');
  const { maps, features } = { maps: balancer.store.definitions, features: balancer.features };
  balancer.load(balancer.program);
  balancer.load(balancer.assemble('tc'));
  balancer.load(sweepProgram(maps, features));
  const bytes = pinnedMapBytes(balancer.directory);
  return [
    length('instructions, NAT, XDP', balancer.program.instructions.length),
    length('instructions, NAT, tc', balancer.assemble('tc').instructions.length),
    ...everything(balancer),
    {
      what: 'memory of all maps before the first connection, NAT',
      figure: `${(bytes / (1 << 20)).toFixed(1)} MiB`,
      goal: '≤ 64 MiB',
      met: bytes <= mostBytes,
    },
  ];
}

const length = (what: string, instructions: number): Finding => ({
  what,
  figure: String(instructions),
  goal: `≤ ${mostInstructions}`,
  met: instructions <= mostInstructions,
});

/** How long a program is that can do all, and what the verifier has to do with it. */
function everything(balancer: ReturnType<typeof director>): Finding[] {
  const { program, btf } = assembleProgram(balancer.store.definitions, everyFeature, 'xdp');
  using loaded = loadProgram(program, balancer.store.forProgram(program), { btf });
  const { verifiedInstructions } = programInfo(loaded.fd);
  return [
    {
      what: 'instructions, every feature at once, XDP',
      figure: program.instructions.length.toLocaleString('en'),
    },
    {
      what: 'instructions that the verifier walks through for it',
      figure: verifiedInstructions.toLocaleString('en'),
      goal: `≤ ${mostVerified.toLocaleString('en')}, it gives up after 1,000,000`,
      met: verifiedInstructions <= mostVerified,
    },
  ];
}
