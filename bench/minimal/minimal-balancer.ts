import {
  arrayMap,
  be16,
  be32,
  hashMap,
  perCpuArrayMap,
  struct,
  u16,
  u32,
  u64,
  type Program,
} from '@evs/ebpf';
import { FlowKey4, Method } from '../../packages/evs/src/dataplane/layouts.ts';
import type { ForwardingMethod } from '../../packages/evs/src/director/model.ts';
import type { KernelProgram } from '../../packages/evs/src/linux/index.ts';
import type { Balancer } from '../support/balancer.ts';
import { Maps } from '../support/maps.ts';
import { compileMinimal } from './compile.ts';

/** The structures of minimal.c. */
const Connection = struct('c_connection', { expires: u64, server: u32, state: u32 });
const ServiceKey = struct('c_service_key', { address: be32, port: be16, protocol: u16 });
const Service = struct('c_service', { count: u32, cursor: u32 });
const Server = struct('c_server', {
  macs: u64,
  moreMacs: u32,
  flags: u16,
  port: be16,
  address: be32,
  localAddress: be32,
  ifindex: u32,
  active: u32,
});
const Statistics = struct('c_statistics', { connections: u64, packets: u64, bytes: u64 });

/** The yardstick in C with the same service and real servers as the benchmark's director. */
export class MinimalBalancer implements Balancer {
  readonly program: Program;
  readonly #maps = new Maps();

  private constructor(program: Program, maps: ReturnType<typeof defineMaps>) {
    this.program = program;
    const { services, servers } = maps;
    this.#maps
      .open(services)
      .set({ address: 0x0a01_0001, port: 80, protocol: 6 }, { count: 2, cursor: 0 });
    for (const index of [1, 2]) {
      this.#maps.open(servers).set({ index }, server(0x0a02_0000 + index));
    }
  }

  /** Undefined without clang. */
  static build(method: ForwardingMethod, connections: number): MinimalBalancer | undefined {
    const maps = defineMaps(connections);
    const program = compileMinimal(Method[method], maps);
    return program === undefined ? undefined : new MinimalBalancer(program, maps);
  }

  load(program: Program): KernelProgram {
    return this.#maps.load(program);
  }

  [Symbol.dispose](): void {
    this.#maps[Symbol.dispose]();
  }
}

const server = (address: number) => ({
  macs: 0x0002_0000_0000_0002n,
  moreMacs: 0x0100_0000,
  flags: 1,
  port: 8080,
  address,
  localAddress: 0x0a02_00fe,
  ifindex: 1,
  active: 0,
});

function defineMaps(connections: number) {
  return {
    connections: hashMap({
      name: 'c_connections',
      key: FlowKey4,
      value: Connection,
      capacity: connections,
    }),
    services: hashMap({ name: 'c_services', key: ServiceKey, value: Service, capacity: 16 }),
    servers: arrayMap({ name: 'c_servers', value: Server, capacity: 16 }),
    statistics: perCpuArrayMap({ name: 'c_statistics', value: Statistics, capacity: 16 }),
  };
}
