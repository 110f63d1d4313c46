import type { Features } from '../../packages/evs/src/dataplane/program/assembly.ts';
import { directorProgram } from '../../packages/evs/src/dataplane/program/director.ts';
import { sweepProgram } from '../../packages/evs/src/dataplane/program/sweep.ts';
import { schedulers } from '../../packages/evs/src/director/model.ts';
import type { Finding } from '../support/report.ts';
import { director } from './balancers.ts';
import { methods } from './established.ts';
import { pinnedMapBytes } from './memory.ts';

const mostInstructions = 3200;
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
    { what: 'instructions, every feature at once, XDP', figure: everything(maps) },
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

function everything(maps: Parameters<typeof directorProgram>[0]): string {
  const features: Features = {
    ipv4: true,
    ipv6: true,
    tcp: true,
    udp: true,
    sctp: true,
    methods,
    tunnels: ['ipv4 in ipip over ipv4', 'ipv6 in ipip over ipv6'],
    schedulers,
    schedulerFlags: 0x18,
    thresholds: true,
    localClients: true,
    settings: [],
    peers: true,
    persistence: true,
    anyPort: true,
    ftp: true,
    onePacket: true,
    marks: true,
    matchRules: true,
    anyAddress: true,
    announcing: false,
    adopting: false,
  };
  return String(directorProgram(maps, features, 'xdp').instructions.length);
}
