import type {
  Command,
  ForwardingMethod,
  Protocol,
  RealServer,
  ServiceKey,
  ServiceRequest,
  Tunnel,
} from '../../director/index.ts';
import {
  ipvsProtocols,
  type IpvsRealServer,
  type IpvsService,
  type IpvsServiceKey,
  type KernelIpvs,
} from '../../linux/index.ts';
import { shortenMask } from '../masks.ts';
import type { Baggage } from './left-out.ts';

const flag = { persistent: 0x01, onePacket: 0x04, scheduler: 0x38 } as const;

/** All that the kernel's ip_vs is configured for, as commands for a director. */
export function readKernel(
  kernel: Pick<KernelIpvs, 'services' | 'realServers' | 'daemons' | 'timeouts'>,
): Baggage {
  const commands: Command[] = [{ kind: 'setTimeouts', timeouts: kernel.timeouts() }];
  const leftOut: string[] = [];
  for (const service of kernel.services()) {
    const key = keyOf(service.key);
    if (key === undefined) {
      leftOut.push(
        `a service of IP protocol ${'protocol' in service.key ? service.key.protocol : ''}`,
      );
      continue;
    }
    commands.push({ kind: 'addService', service: requestOf(key, service) });
    for (const server of kernel.realServers(service.key).toReversed()) {
      const realServer = realServerOf(server);
      if (typeof realServer === 'string') leftOut.push(realServer);
      else commands.push({ kind: 'addRealServer', key, realServer });
    }
  }
  for (const daemon of kernel.daemons()) commands.push({ kind: 'startDaemon', daemon });
  return { commands, leftOut };
}

function keyOf(key: IpvsServiceKey): ServiceKey | undefined {
  if ('mark' in key) return { kind: 'mark', mark: key.mark, family: key.family };
  const [protocol] =
    Object.entries(ipvsProtocols).find(([, number]) => number === key.protocol) ?? [];
  if (protocol === undefined) return undefined;
  const { address, port } = key;
  return { kind: 'address', protocol: protocol as Protocol, address, port };
}

function requestOf(key: ServiceKey, service: IpvsService): ServiceRequest {
  const { scheduler, flags, timeoutSeconds, mask, engine } = service;
  return {
    key,
    scheduler,
    schedulerFlags: flags & flag.scheduler,
    onePacket: (flags & flag.onePacket) !== 0,
    ...((flags & flag.persistent) !== 0 && {
      persistence: { timeoutSeconds, mask: typeof mask === 'string' ? shortenMask(mask) : mask },
      ...(engine !== undefined && { persistenceEngine: engine }),
    }),
  };
}

/** By number; a real server that is called local is sent to as the route says, as ip_vs does today. */
const methods: readonly (ForwardingMethod | undefined)[] = [
  'masquerading',
  'gatewaying',
  'tunneling',
  'gatewaying',
];
const tunnels: readonly Tunnel['type'][] = ['ipip', 'gue', 'gre'];
const checksums: readonly Tunnel['checksum'][] = ['none', 'checksum', 'remote'];

/** The real server, or why it cannot be one of ours. */
function realServerOf(server: IpvsRealServer): RealServer | string {
  const { address, port, weight, upperThreshold, lowerThreshold } = server;
  const method = methods[server.method];
  const type = tunnels[server.tunnelType];
  if (method === undefined) return `${address}: forwarding method ${server.method}`;
  if (type === undefined) return `${address}: tunnel type ${server.tunnelType}`;
  const checksum = checksums[server.tunnelFlags] ?? 'none';
  const tunnel = { type, port: server.tunnelPort, checksum };
  return { address, port, method, weight, upperThreshold, lowerThreshold, tunnel };
}
