import type {
  ForwardingMethod,
  RealServer,
  SchedulerName,
  VirtualService,
} from '../../director/model.ts';

/** Those of tutorials and of keepalived's examples; ipvsadm's default comes first. */
const popularSchedulers: readonly SchedulerName[] = ['wlc', 'rr', 'wrr', 'lc', 'sh', 'mh'];
const methods: readonly ForwardingMethod[] = ['masquerading', 'gatewaying', 'tunneling'];

/**
 * The services as they may be after the next command, what is likely first: another service with another scheduler, a
 * real server with another method, a change of the newest service.
 */
export function likelyNext(services: readonly VirtualService[]): VirtualService[][] {
  const newest = services.at(-1);
  if (newest === undefined) return [];
  const others = services.slice(0, -1);
  const changed = (change: Partial<VirtualService>): VirtualService[] => [
    ...others,
    { ...newest, ...change },
  ];
  const added = (change: Partial<VirtualService>): VirtualService[] => [
    ...services,
    { ...plain(newest), ...change },
  ];
  const [usual, ...rest] = popularSchedulers.map((scheduler) => added({ scheduler }));
  return [
    ...(usual === undefined ? [] : [usual]),
    ...methods.map((method) => changed({ realServers: withMethod(newest, method) })),
    ...rest,
    ...popularSchedulers.map((scheduler) => changed({ scheduler, schedulerFlags: 0 })),
    changed({ persistence: { timeoutSeconds: 300, mask: 32 } }),
    added({ key: { kind: 'address', protocol: 'udp', address: '192.0.2.1', port: 53 } }),
  ];
}

/** Another service of the same kind, without real servers. */
const plain = ({ key, scheduler }: VirtualService): VirtualService => ({
  key,
  scheduler,
  schedulerFlags: 0,
  onePacket: false,
  realServers: [],
});

const withMethod = (
  { realServers }: VirtualService,
  method: ForwardingMethod,
): readonly RealServer[] => [...realServers, { ...anyRealServer, method }];

const anyRealServer: RealServer = {
  address: '192.0.2.2',
  port: 80,
  method: 'gatewaying',
  weight: 1,
  upperThreshold: 0,
  lowerThreshold: 0,
  tunnel: { type: 'ipip', port: 0, checksum: 'none' },
};
