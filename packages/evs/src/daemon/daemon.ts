import { rmSync } from 'node:fs';
import { release } from 'node:os';
import path from 'node:path';
import type { createServer } from '../api/server.ts';
import type { Command, DirectorState } from '../director/index.ts';
import type { SynchronisationStatus } from '../sync/index.ts';
import { balance, type Balancing, type BalancingOptions } from './balancing.ts';
import { Director } from './director.ts';
import type { FollowedConfiguration } from './followed.ts';
import { takeInstance, type Instance } from './instance.ts';
import { restoreLocalReplies } from './local-clients.ts';
import type { NamespaceIdentity } from './namespace-identity.ts';
import type { RuntimeFiles } from './runtime-files.ts';

export interface DaemonOptions extends Omit<BalancingOptions, 'instance' | 'owner'> {
  readonly version: string;
  readonly namespace: NamespaceIdentity;
  readonly files: RuntimeFiles;
  /** As many connections as can be tracked. */
  readonly connectionTableSize: number;
  /** The configuration in keepalived's language that this daemon follows, if it follows one. */
  readonly followed: FollowedConfiguration;
}

/** The services of a daemon, as those see them who keep them by health checks. */
export interface Control {
  current(): DirectorState;
  /** False, and logged, if any command was refused; the others are carried out. */
  execute(commands: readonly Command[]): boolean;
  /** Throws why one command is refused, or why they cannot be carried out; none is then. */
  executeAll(commands: readonly Command[]): void;
  synchronisation(): SynchronisationStatus;
}

interface Api {
  readonly createServer: typeof createServer;
}

/** The daemon of a network namespace, from its making until `stopped`. */
export class Daemon {
  readonly #options: DaemonOptions;
  readonly #instance: Instance;
  readonly #balancing: Balancing;
  readonly #server: ReturnType<typeof createServer>;
  #stopping = false;
  #resolveStopped: () => void = () => undefined;
  /** Resolves when it has stopped, for whatever reason. */
  readonly stopped = new Promise<void>((resolve) => {
    this.#resolveStopped = resolve;
  });

  private constructor(options: DaemonOptions, instance: Instance, api: Api) {
    this.#options = options;
    this.#instance = instance;
    this.#balancing = balance({ ...options, instance, owner: options.namespace.owner });
    this.#server = api.createServer(this.#director(), options.log.child({}, { level: 'warn' }));
  }

  /**
   * Takes over what an earlier daemon left, brings the data plane up to the saved state, follows the network
   * and answers on the socket. Throws what keeps it from that; a data plane that runs goes on then.
   */
  static async start(options: DaemonOptions): Promise<Daemon> {
    const { settings, files, log } = options;
    // In a file of its own when bundled: the source map of the data plane's programs is then short.
    const api = await import('../api/server.ts');
    const instance = takeInstance({ ...options, fresh: settings.fresh });
    try {
      const daemon = new Daemon(options, instance, api);
      // A daemon that was killed left its socket; the lock says that nobody listens there.
      rmSync(files.socket, { force: true });
      await daemon.#server.listen({ path: files.socket });
      log.info({ socket: files.socket, version: options.version }, 'The director is ready');
      daemon.#balancing.foresight.start();
      return daemon;
    } catch (error) {
      instance.lock[Symbol.dispose]();
      throw error;
    }
  }

  /** For those who change the services from within. What is refused is logged. */
  get control(): Control {
    const { log } = this.#options;
    const director = this.#director();
    return {
      current: () => this.#balancing.state.current,
      execute: (commands) => {
        const results = director.execute(commands);
        for (const result of results) {
          if (!result.ok) log.error({ code: result.code, hint: result.hint }, result.message);
        }
        return results.every(({ ok }) => ok);
      },
      executeAll: (commands) => {
        director.executeAll(commands);
      },
      synchronisation: () => director.synchronisationStatus(),
    };
  }

  /** The directory in which every director of this machine has its pins. */
  get pinHome(): string {
    return path.dirname(this.#instance.pinDirectory);
  }

  #director(): Director {
    const { version, namespace, connectionTableSize, followed, log } = this.#options;
    return new Director({
      ...this.#balancing,
      followed,
      about: {
        version,
        pid: process.pid,
        kernel: release(),
        networkNamespace: namespace.inode,
        startedAt: new Date().toISOString(),
        connectionTableSize,
      },
      shutdown: (destroy) => void this.stop(destroy),
      log,
    });
  }

  /** The data plane goes on without the daemon; with `destroy` it is taken down, and all files removed. */
  stop(destroy: boolean): Promise<void> {
    if (!this.#stopping) void this.#stop(destroy).finally(this.#resolveStopped);
    return this.stopped;
  }

  async #stop(destroy: boolean): Promise<void> {
    const { files, followed, log } = this.#options;
    this.#stopping = true;
    log.info(
      { destroy },
      destroy ? 'Taking the data plane down' : 'Stopping; the data plane goes on',
    );
    await followed.leave();
    this.#balancing.end(destroy);
    // Whoever waits for the socket to vanish finds everything else gone.
    await this.#server.close();
    if (destroy) {
      restoreLocalReplies(files.previousSysctls, log);
      rmSync(files.directory, { recursive: true, force: true });
    } else {
      rmSync(files.socket, { force: true });
    }
    this.#instance.lock[Symbol.dispose]();
  }
}
