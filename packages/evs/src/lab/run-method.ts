import { claimLine } from './claim-line.ts';
import { claimsFor } from './claims.ts';
import { directorSteps, endStep, listStep, statisticsStep } from './director.ts';
import { hopTable } from './hop-table.ts';
import type { Lab } from './lab.ts';
import { methods, type Method } from './method.ts';
import { observeConnection } from './observe-connection.ts';
import {
  realServerSetup,
  tunnelMtuSetup,
  type Decapsulation,
  type RealServerSetup,
} from './real-server.ts';
import { requestPages } from './request.ts';
import type { MethodResult } from './result.ts';
import { step, type Step } from './step.ts';
import { realServers } from './topology.ts';

export interface MethodOptions {
  /** Requests of each client. */
  readonly requests: number;
  /** Leaves real servers and director set up for the method. */
  readonly keep: boolean;
}

/** Shows one forwarding method: sets it up, sends requests, shows what the director and the cables saw. */
export async function runMethod(
  lab: Lab,
  method: Method,
  { requests, keep }: MethodOptions,
): Promise<MethodResult> {
  const { name, flag } = methods[method];
  lab.transcript.heading(`${name} (${flag})`);
  const setups = await realServerSetups(lab, method);
  for (const { apply } of setups) await lab.runAll(apply);
  await lab.runAll(directorSteps(method, 'rr'));

  const answers = {
    client: await requestPages(lab, 'client', requests),
    remote: await requestPages(lab, 'remote', requests),
  };
  const listing = await show(lab, listStep);
  const statistics = await show(lab, statisticsStep);
  const hops = {
    client: await observeConnection(lab, 'client'),
    remote: await observeConnection(lab, 'remote'),
  };
  lab.transcript.lines(['', ...hopTable(hops.remote, (text) => lab.transcript.mark(text))]);

  const observation = { method, answers, listing, statistics, hops };
  const claims = claimsFor(observation);
  lab.transcript.lines(['', ...claims.map((claim) => claimLine(lab.transcript, claim))]);
  if (!keep) {
    await lab.run(endStep);
    for (const { undo } of setups.toReversed()) await quietly(lab, undo);
  }
  return { ...observation, claims };
}

async function show(lab: Lab, listing: Step): Promise<string> {
  const output = await lab.run(listing);
  lab.transcript.lines(output.trimEnd().split('\n'));
  return output;
}

async function realServerSetups(lab: Lab, method: Method): Promise<RealServerSetup[]> {
  const decapsulation = method === 'tun' ? await findDecapsulation(lab) : 'program';
  const setups = realServers.map((host) => realServerSetup(method, host, decapsulation));
  return method === 'tun' ? [tunnelMtuSetup(), ...setups] : setups;
}

/** The module makes a device in every namespace; kernels for the cloud often lack it. */
async function findDecapsulation(lab: Lab): Promise<Decapsulation> {
  await lab.loadModule('ipip');
  const { status } = await lab.try(step(realServers[0], 'ip link show tunl0'));
  return status === 0 ? 'tunl0' : 'program';
}

/** Taking back is nothing a reader learns from; the next method's commands follow. */
async function quietly(lab: Lab, steps: readonly Step[]): Promise<void> {
  for (const each of steps) await lab.try(each);
}
