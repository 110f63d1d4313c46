export { BfdHosts } from './host/bfd-hosts.ts';
export type { BfdStatus } from './host/bfd-host.ts';
export type { BfdPlan } from './plan.ts';
