import { methods, type Method } from './method.ts';
import { step, type Step } from './step.ts';
import { addressOf, director, realServers, service, servicePort, vip } from './topology.ts';

/** The director answers for the VIP. */
export const vipStep: Step = step(director, `ip addr add ${vip}/32 dev eth0`);

/** The tutorial's commands: forget everything, add the service, add its real servers. */
export const directorSteps = (method: Method, scheduler: string): Step[] => [
  step(director, 'evsadm -C'),
  step(director, `evsadm -A -t ${service} -s ${scheduler}`),
  ...realServers.map((host) =>
    step(
      director,
      `evsadm -a -t ${service} -r ${addressOf(host)}:${servicePort} ${methods[method].flag}`,
    ),
  ),
];

export const listStep: Step = step(director, 'evsadm -Ln');
export const statisticsStep: Step = step(director, 'evsadm -Ln --stats');
/** Ends the daemon and the data plane, so that the next method starts with nothing counted. */
export const endStep: Step = step(director, 'evs down');
