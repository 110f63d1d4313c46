import type { SynchronisationStatus } from '../../src/sync/index.ts';
import type { CommandResult, DirectorClient, DirectorService } from '../../src/api/index.ts';
import {
  applyCommand,
  initialState,
  type Command,
  type Counters,
  type DirectorState,
} from '../../src/director/index.ts';
import { EvsError } from '../../src/errors/index.ts';

const mtus: Readonly<Record<string, number>> = { lo: 65_536, eth0: 1500, eth1: 1500 };
/** Tells the MTU of the devices that this director has. */
function withMtu(command: Command): Command {
  const mtu = command.kind === 'startDaemon' ? mtus[command.daemon.device] : undefined;
  return mtu === undefined ? command : ({ ...command, mtu } as Command);
}

const none: Counters = { connections: 0, inPackets: 0, outPackets: 0, inBytes: 0, outBytes: 0 };

/** A director that carries no packets: all its numbers are 0. */
export class MemoryDirector implements DirectorService {
  state: DirectorState = initialState;
  /** How often commands came, and how many each time. */
  readonly batches: number[] = [];
  /** What `shutdown` was told, once it was. */
  destroyed: boolean | undefined;

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  execute(commands: readonly Command[]): CommandResult[] {
    this.batches.push(commands.length);
    return commands.map((command) => this.#apply(command));
  }

  #apply(command: Command): CommandResult {
    try {
      this.state = applyCommand(this.state, withMtu(command));
      return { ok: true };
    } catch (error) {
      if (!(error instanceof EvsError)) throw error;
      const { code, message, hint } = error;
      return { ok: false, code, message, ...(hint !== undefined && { hint }) };
    }
  }

  list(): ReturnType<DirectorService['list']> {
    const status = {
      activeConnections: 0,
      inactiveConnections: 0,
      persistentConnections: 0,
      counters: none,
      rates: none,
    };
    return this.state.services.map((service) => ({
      ...service,
      counters: none,
      rates: none,
      realServers: service.realServers.map((server) => ({ ...server, status })),
    }));
  }

  connections(): [] {
    return [];
  }

  settings(): DirectorState['settings'] {
    return this.state.settings;
  }

  markRules(): ReturnType<DirectorService['markRules']> {
    return this.state.markRules ?? [];
  }

  timeouts(): DirectorState['timeouts'] {
    return this.state.timeouts;
  }

  synchronisation(): ReturnType<DirectorService['synchronisation']> {
    return this.state.synchronisation ?? [];
  }

  synchronisationStatus(): SynchronisationStatus {
    return { authenticated: false };
  }

  status(): ReturnType<DirectorService['status']> {
    return {
      version: '0.0.0',
      pid: 1,
      kernel: '6.1.0',
      networkNamespace: 1,
      startedAt: '2026-01-01T00:00:00Z',
      devices: [],
      connections: 0,
      connectionTableSize: 4096,
    };
  }

  checks(): ReturnType<DirectorService['checks']> {
    return { virtualServers: [] };
  }

  virtualRouters(): ReturnType<DirectorService['virtualRouters']> {
    return Promise.resolve({ routers: [], heartbeats: [], bfd: [] });
  }

  plan(file: string): Promise<string[]> {
    return Promise.resolve([`read ${file}`]);
  }

  apply(file: string): Promise<string[]> {
    return this.plan(file);
  }

  shutdown(destroy: boolean): void {
    this.destroyed = destroy;
  }
}

/** A client of a director in this process. */
export const clientOf = (service: DirectorService): DirectorClient => ({
  execute: async (commands) => service.execute(commands),
  services: async () => service.list(),
  connections: async () => [...service.connections()],
  timeouts: async () => service.timeouts(),
  setTimeouts: async (timeouts) => {
    service.execute([{ kind: 'setTimeouts', timeouts }]);
    return service.timeouts();
  },
  settings: async () => service.settings(),
  changeSettings: async (settings) => {
    service.execute([{ kind: 'changeSettings', settings }]);
    return service.settings();
  },
  markRules: async () => service.markRules(),
  synchronisationStatus: async () => service.synchronisationStatus(),
  synchronisation: async () => service.synchronisation(),
  status: async () => service.status(),
  checks: async () => service.checks(),
  virtualRouters: () => service.virtualRouters(),
  plan: (file) => service.plan(file),
  apply: (file) => service.apply(file),
  shutdown: async (destroy) => {
    service.shutdown(destroy);
  },
});
