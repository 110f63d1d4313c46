import type { Program } from '@evs/ebpf';
import { mkdirSync, rmSync } from 'node:fs';
import {
  DataPlane,
  defaultCapacities,
  type Capacities,
} from '../../packages/evs/src/dataplane/index.ts';
import { MapStore } from '../../packages/evs/src/dataplane/control/map-store.ts';
import { settingsInUse } from '../../packages/evs/src/dataplane/control/write-settings.ts';
import { defineMaps } from '../../packages/evs/src/dataplane/maps.ts';
import type { Features, Hook } from '../../packages/evs/src/dataplane/program/assembly.ts';
import { directorProgram } from '../../packages/evs/src/dataplane/program/director.ts';
import {
  initialState,
  type ForwardingMethod,
  type Protocol,
  type RealServer,
  type SchedulerName,
  type VirtualService,
} from '../../packages/evs/src/director/model.ts';
import {
  loadProgram,
  mountBpfFileSystem,
  type KernelProgram,
} from '../../packages/evs/src/linux/index.ts';
import { parseIpAddress, type IpAddress } from '../../packages/evs/src/packet/index.ts';
import type { Balancer } from './balancer.ts';

export const vip = '10.1.0.1';
export const vipPort = 80;
/** From 10.2.0.1 on. */
const realServers = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `10.2.${(index + 1) >> 8}.${(index + 1) & 255}`);
const realServerPort = 8080;
/** What test_run says that its packets come from: the loopback device, so that all verdicts are XDP_TX. */
const ifindex = 1;

/** What the benchmark's director is configured for. */
export interface BenchConfiguration {
  readonly method: ForwardingMethod;
  readonly protocols: readonly Protocol[];
  readonly localClients: boolean;
  readonly capacities: Partial<Capacities>;
  /** rr if nothing is said. */
  readonly scheduler?: SchedulerName;
  /** Two if nothing is said. */
  readonly realServers?: number;
}

/**
 * A director with one service per protocol, attached to no device: its tables as
 * the product fills them, and its program.
 */
export class BenchDirector implements Balancer {
  readonly features: Features;
  readonly plane: DataPlane;
  readonly store: MapStore;
  /** The product's own XDP program for these features. */
  readonly program: Program;
  readonly #directory: string;

  constructor(configuration: BenchConfiguration) {
    const { method, localClients, protocols, scheduler = 'rr' } = configuration;
    const servers = realServers(configuration.realServers ?? 2);
    const capacities = { ...defaultCapacities, ...configuration.capacities };
    this.#directory = pinDirectory();
    this.plane = DataPlane.open({ pinDirectory: this.#directory, capacities, localClients });
    const services = protocols.map((protocol) => service(protocol, method, scheduler, servers));
    this.plane.publish({ ...initialState, services });
    for (const [index, address] of servers.entries()) {
      this.plane.setNextHop(ip(address), nextHop(address, index));
    }
    this.features = {
      ipv4: true,
      ipv6: false,
      tcp: protocols.includes('tcp'),
      udp: protocols.includes('udp'),
      sctp: protocols.includes('sctp'),
      methods: [method],
      schedulers: [scheduler],
      tunnels: method === 'tunneling' ? ['ipv4 in ipip over ipv4'] : [],
      schedulerFlags: 0,
      thresholds: false,
      localClients,
      settings: settingsInUse(initialState),
      peers: true,
      persistence: false,
      sip: false,
      anyPort: false,
      ftp: false,
      onePacket: false,
      marks: false,
      matchRules: false,
      anyAddress: false,
      announcing: false,
      adopting: false,
    };
    this.store = new MapStore(defineMaps(capacities), this.#directory);
    this.program = this.assemble('xdp');
  }

  assemble(hook: Hook): Program {
    return directorProgram(this.store.definitions, this.features, hook);
  }

  load(program: Program): KernelProgram {
    return loadProgram(program, this.store.forProgram(program));
  }

  get directory(): string {
    return this.#directory;
  }

  [Symbol.dispose](): void {
    this.store[Symbol.dispose]();
    this.plane.destroy();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

let count = 0;
function pinDirectory(): string {
  mountBpfFileSystem('/run/evs/bpf');
  const directory = `/run/evs/bpf/bench-${process.pid}-${count++}`;
  mkdirSync(directory, { recursive: true });
  return directory;
}

const service = (
  protocol: Protocol,
  method: ForwardingMethod,
  scheduler: SchedulerName,
  servers: readonly string[],
): VirtualService => ({
  key: { kind: 'address', protocol, address: ip(vip), port: vipPort },
  scheduler,
  schedulerFlags: 0,
  onePacket: false,
  realServers: servers.map((address) => realServer(ip(address), method)),
});

const realServer = (address: IpAddress, method: ForwardingMethod): RealServer => ({
  address,
  port: method === 'masquerading' ? realServerPort : vipPort,
  method,
  weight: 1,
  upperThreshold: 0,
  lowerThreshold: 0,
  tunnel: { type: 'ipip', port: 0, checksum: 'none' },
});

const nextHop = (address: string, index: number) => ({
  local: false,
  ifindex,
  address: ip(address),
  sourceMac: Uint8Array.of(2, 0, 0, 0, 0, 1),
  destinationMac: Uint8Array.of(2, 0, 0, 0, 1, index),
  sourceAddress: ip('10.2.0.254'),
  mtu: 1500,
});

export function ip(text: string): IpAddress {
  const address = parseIpAddress(text);
  if (address === undefined) throw new Error(`${text} is no IP address`);
  return address;
}
