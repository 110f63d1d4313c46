import { compareWithKernel } from './kernel-ipvs/compare.ts';
import { hasKernelIpvs } from './network/directors.ts';
import type { Repeated } from './support/repeated.ts';
import type { Section } from './support/report.ts';
import { inVirtualMachine } from './support/virtual-machine.ts';

const methods = { gatewaying: 'DR', masquerading: 'NAT' } as const;

/** How many times as many packets as the kernel's own balancer, on the same kernel in the same boot? */
export async function kernelIpvs(): Promise<Section> {
  const here = hasKernelIpvs();
  const rates = here
    ? await compareWithKernel()
    : (inVirtualMachine('kernel-ipvs') as Readonly<Record<string, Repeated>>);
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
