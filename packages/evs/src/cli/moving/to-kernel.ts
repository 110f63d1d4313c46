import {
  serviceFamily,
  type DirectorState,
  type ForwardingMethod,
  type RealServer,
  type ServiceKey,
  type VirtualService,
} from '../../director/index.ts';
import { EvsError } from '../../errors/index.ts';
import {
  ipvsProtocols,
  type IpvsRealServer,
  type IpvsService,
  type IpvsServiceKey,
  type KernelIpvs,
} from '../../linux/index.ts';
import { ipv4Mask } from '../masks.ts';

/**
 * Gives a configuration to the kernel's ip_vs, which must have no services. If the kernel refuses a part, what
 * was given before is taken back, and the refusal is thrown.
 */
export function writeKernel(kernel: KernelIpvs, state: DirectorState): void {
  if (kernel.services().length > 0) {
    throw new EvsError('E_SERVICE_EXISTS', 'Cannot export into the kernel: ip_vs has services', {
      hint: 'ipvsadm -C deletes them',
    });
  }
  const before = kernel.timeouts();
  const daemons = kernel.daemons();
  try {
    kernel.setTimeouts(state.timeouts);
    for (const service of state.services) writeService(kernel, service);
    for (const daemon of state.synchronisation ?? []) kernel.startDaemon(daemon);
  } catch (error) {
    kernel.clear();
    kernel.setTimeouts(before);
    for (const daemon of kernel.daemons()) {
      if (!daemons.some(({ role }) => role === daemon.role)) kernel.stopDaemon(daemon);
    }
    throw error;
  }
}

function writeService(kernel: KernelIpvs, service: VirtualService): void {
  const key = ipvsKey(service.key);
  kernel.addService(ipvsService(key, service));
  for (const server of service.realServers.toReversed()) {
    kernel.addRealServer(key, ipvsRealServer(server));
  }
}

function ipvsKey(key: ServiceKey): IpvsServiceKey {
  const family = serviceFamily(key);
  if (key.kind === 'mark') return { family, mark: key.mark };
  const { address, port } = key;
  return { family, protocol: ipvsProtocols[key.protocol], address, port };
}

function ipvsService(key: IpvsServiceKey, service: VirtualService): IpvsService {
  const { scheduler, schedulerFlags, persistence, onePacket } = service;
  const whole = key.family === 'ipv4' ? 32 : 128;
  const mask = persistence?.mask ?? whole;
  return {
    key,
    scheduler,
    flags: schedulerFlags | (persistence === undefined ? 0 : 0x01) | (onePacket ? 0x04 : 0),
    timeoutSeconds: persistence?.timeoutSeconds ?? 0,
    mask: key.family === 'ipv4' && typeof mask === 'number' ? ipv4Mask(mask) : mask,
    ...(persistence?.engine !== undefined && { engine: persistence.engine }),
  };
}

const methodNumbers: Readonly<Record<ForwardingMethod, number>> = {
  masquerading: 0,
  tunneling: 2,
  gatewaying: 3,
};

const ipvsRealServer = ({ method, tunnel, ...server }: RealServer): IpvsRealServer => ({
  ...server,
  method: methodNumbers[method],
  tunnelType: ['ipip', 'gue', 'gre'].indexOf(tunnel.type),
  tunnelPort: tunnel.port,
  tunnelFlags: ['none', 'checksum', 'remote'].indexOf(tunnel.checksum),
});
