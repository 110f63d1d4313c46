import { vipStep } from './director.ts';
import { inLab, type CommonOptions, type Network } from './in-lab.ts';
import type { Lab } from './lab.ts';
import type { Method } from './method.ts';
import type { MethodResult } from './result.ts';
import { runMethod } from './run-method.ts';
import { oneDirector } from './topology.ts';

export interface RunLabOptions extends CommonOptions {
  readonly methods: readonly Method[];
  readonly requests: number;
}

/** Shows forwarding methods in a lab; see `inLab`. */
export const runLab = (options: RunLabOptions): Promise<number> =>
  inLab(options, network, async (lab) => {
    const results = await runMethods(lab, options);
    return {
      what: results.map(({ method }) => method).join(', '),
      claims: results.flatMap(({ claims }) => claims),
      found: { methods: results },
    };
  });

const network: Network = { topology: oneDirector, setUp: [vipStep] };

async function runMethods(
  lab: Lab,
  { methods, requests, keep }: RunLabOptions,
): Promise<MethodResult[]> {
  const results: MethodResult[] = [];
  for (const [index, method] of methods.entries()) {
    const last = index === methods.length - 1;
    results.push(await runMethod(lab, method, { requests, keep: keep && last }));
  }
  return results;
}
