import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { compareWithKernel } from './kernel-ipvs/compare.ts';
import { hasKernelIpvs } from './network/directors.ts';
import type { Repeated } from './support/repeated.ts';
import type { Section } from './support/report.ts';

/** What comes back of the virtual machine: the first line that begins with this. */
const mark = 'kernel-ipvs: ';
const methods = { gatewaying: 'DR', masquerading: 'NAT' } as const;

/** How many times as many packets as the kernel's own balancer, on the same kernel in the same boot? */
export async function kernelIpvs(): Promise<Section> {
  const here = hasKernelIpvs();
  const rates = here ? await compareWithKernel() : inVirtualMachine();
  const of = (name: string): Repeated =>
    rates[name] ?? { values: [], median: Number.NaN, stalls: 0 };
  return {
    title: 'Beside kernel IPVS',
    method: how(here),
    findings: (['gatewaying', 'masquerading'] as const).map((method) => {
      const [ours, theirs] = [of(`evs ${method}`), of(`ip_vs ${method}`)];
      const [best, other] = [ours, theirs].map(({ values }) => Math.max(...values));
      const factor = (best ?? Number.NaN) / (other ?? Number.NaN);
      const thousand = (value = Number.NaN): string => `${Math.round(value / 1000)} k/s`;
      return {
        what: `small packets, ${methods[method]}`,
        figure: `${factor.toFixed(1)} × (evs ${thousand(best)}, ip_vs ${thousand(other)}); of the medians ${(ours.median / theirs.median).toFixed(1)} ×`,
        goal: '≥ 7 × ip_vs',
        met: factor >= 7,
      };
    }),
  };
}

const how = (
  here: boolean,
): string => `Small UDP packets as in the section before, through a director each, XDP and \`ip_vs\`,
the same services typed to \`evsadm\` and to \`ipvsadm\`; the best of 100 short runs of each, in turns, since
what else the machine does can only slow a run down. ${
  here
    ? 'On this machine.'
    : "In one boot of `scripts/kernel-vm` (Debian's stock kernel, emulated processor: the quotient counts, not the rates)."
}`;

function inVirtualMachine(): Readonly<Record<string, Repeated>> {
  const vm = fileURLToPath(new URL('../scripts/kernel-vm', import.meta.url));
  const inside = fileURLToPath(new URL('kernel-ipvs.sh', import.meta.url));
  // The machine sees these files: built here, they need not be built ten times slower there.
  execFileSync(fileURLToPath(new URL('../scripts/bundle', import.meta.url)));
  const { stdout, status } = spawnSync('nice', ['--adjustment=-10', vm, inside], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = stdout.split('\n').find((text) => text.startsWith(mark));
  if (line === undefined) throw new Error(`The virtual machine ended with ${status}:\n${stdout}`);
  return JSON.parse(line.slice(mark.length)) as Record<string, Repeated>;
}
