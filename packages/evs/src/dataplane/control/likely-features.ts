import {
  initialState,
  type RealServer,
  type SchedulerName,
  type VirtualService,
} from '../../director/index.ts';
import type { Features, MethodName } from '../program/assembly.ts';
import { featureOptions } from './feature-options.ts';
import { featuresOf } from './features-of.ts';
import { TraitCounts } from './traits.ts';
import { WantedTraits } from './wanted-traits.ts';

const schedulers: readonly SchedulerName[] = ['rr', 'wlc'];
const methods: readonly MethodName[] = ['gatewaying', 'masquerading', 'tunneling'];

/**
 * What the programs of most first services need: TCP over IPv4 with the tutorials' scheduler or ipvsadm's default,
 * by each forwarding method. Programs for them come with the build.
 */
export const likelyFeatures = (): Features[] =>
  schedulers.flatMap((scheduler) => methods.map((method) => featuresFor(scheduler, method)));

/** The same for a service that has no real servers yet. */
export const firstFeatures = (): Features[] =>
  schedulers.map((scheduler) => featuresFor(scheduler, 'gatewaying'));

const featuresFor = (scheduler: SchedulerName, method: MethodName): Features =>
  featuresOf(
    {
      wanted: new WantedTraits().update([service(scheduler, method)]),
      slots: { traits: new TraitCounts(), servers: new Map() },
      markRules: [],
      knowsCalls: false,
    },
    featureOptions(initialState, {}),
  );

const service = (scheduler: SchedulerName, method: MethodName): VirtualService => ({
  key: { kind: 'address', protocol: 'tcp', address: '192.0.2.1', port: 80 },
  scheduler,
  schedulerFlags: 0,
  onePacket: false,
  realServers: [realServer(method)],
});

const realServer = (method: MethodName): RealServer => ({
  address: '192.0.2.2',
  port: 80,
  method,
  weight: 1,
  upperThreshold: 0,
  lowerThreshold: 0,
  tunnel: { type: 'ipip', port: 0, checksum: 'none' },
});
