import type { Checks, ConfigurationService, VirtualRouters } from '../api/index.ts';
import type { Configuration } from '../config/index.ts';
import { EvsError } from '../errors/index.ts';
import type { Control } from './daemon.ts';
import type { Logger } from './log.ts';

/** What carries out a configuration; `configured/` has it. */
interface Carrier extends Disposable {
  checks(): Checks;
  virtualRouters(): Promise<VirtualRouters>;
  plan(wanted: Configuration): readonly string[];
  apply(wanted: Configuration): readonly string[];
  handOver(): Promise<void>;
  leaveServices(): void;
}

/**
 * The configuration in keepalived's language that a daemon follows, if it follows one. What carries it out is loaded
 * when it is needed first: most of the daemon's start would go into it.
 */
export class FollowedConfiguration implements ConfigurationService, Disposable {
  readonly #log: Logger;
  #control: Control | undefined;
  #carrier: Carrier | undefined;
  #file: string | undefined;

  constructor(log: Logger) {
    this.#log = log;
  }

  /**
   * Reads the file to begin with, before anything is touched, and returns what follows it. Throws E_CONFIGURATION if
   * the file has errors.
   */
  async prepare(file: string | undefined): Promise<(control: Control) => void> {
    const read = file === undefined ? undefined : await this.#read(file);
    return (control) => {
      this.#control = control;
      if (read !== undefined) this.#follow(read);
    };
  }

  checks(): Checks {
    return this.#carrier?.checks() ?? { virtualServers: [] };
  }

  virtualRouters(): Promise<VirtualRouters> {
    return (
      this.#carrier?.virtualRouters() ?? Promise.resolve({ routers: [], heartbeats: [], bfd: [] })
    );
  }

  async plan(file: string): Promise<readonly string[]> {
    const { configuration, carrier } = await this.#read(file);
    return carrier().plan(configuration);
  }

  async apply(file: string): Promise<readonly string[]> {
    return this.#follow(await this.#read(file));
  }

  /** Reads the file again. One that cannot be used changes nothing. */
  async reload(): Promise<void> {
    if (this.#file === undefined) return;
    try {
      await this.apply(this.#file);
    } catch (error) {
      if (!(error instanceof EvsError)) throw error;
      this.#log.error({ err: error }, 'The configuration stays as it was');
    }
  }

  #follow({ file, configuration, carrier }: Readable): readonly string[] {
    const done = (this.#carrier ??= carrier()).apply(configuration);
    this.#file = file;
    this.#log.info({ file, steps: done.length }, 'The configuration is in force');
    return done;
  }

  async #read(file: string): Promise<Readable> {
    const { ConfiguredDirector, loadConfiguration } = await import('./configured/index.ts');
    const carrier = (): Carrier => {
      if (this.#carrier !== undefined) return this.#carrier;
      if (this.#control === undefined) {
        throw new EvsError('E_NO_DAEMON', `Cannot follow ${file}: the director is not ready yet`);
      }
      const options = { control: this.#control, log: this.#log, random: Math.random };
      return new ConfiguredDirector(options);
    };
    return { file, configuration: loadConfiguration(file, this.#log), carrier };
  }

  /** At the end of the daemon, while everything still works: virtual routers go, then what services are to do happens. */
  async leave(): Promise<void> {
    await this.#carrier?.handOver();
    this.#carrier?.leaveServices();
  }

  [Symbol.dispose](): void {
    this.#carrier?.[Symbol.dispose]();
  }
}

/** A file that was read without errors. */
interface Readable {
  readonly file: string;
  readonly configuration: Configuration;
  /** Who carries configurations out; made when it is asked for first. */
  readonly carrier: () => Carrier;
}
