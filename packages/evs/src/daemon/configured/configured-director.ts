import type { Checks } from '../../api/index.ts';
import {
  diff,
  emptyConfiguration,
  stepText,
  type Configuration,
  type ReloadStep,
} from '../../config/index.ts';
import type { EngineStatus } from '../../vrrp/index.ts';
import type { Control } from '../daemon.ts';
import type { Logger } from '../log.ts';
import { ScriptRunner } from '../scripts/index.ts';
import { Mailer } from '../mail/mailer.ts';
import { allObservers } from './all-observers.ts';
import { BfdSessions } from './bfd-sessions.ts';
import { clientCredentials } from './client-credentials.ts';
import { checksOf } from './checks-of.ts';
import { EventPipes } from './event-pipes.ts';
import { LocalAddresses } from './local-addresses.ts';
import { LvsSettings } from './lvs-settings.ts';
import { mergeTwins } from './merge-twins.ts';
import { LogObserver } from './log-observer.ts';
import { MailObserver } from './mail-observer.ts';
import { ScriptObserver } from './script-observer.ts';
import { SynchronisationFollower } from './synchronisation-follower.ts';
import { TrackedFiles } from './tracked-files.ts';
import { VirtualServices } from './virtual-services.ts';
import { VirtualRouters } from './vrrp/virtual-routers.ts';

export interface ConfiguredDirectorOptions {
  readonly control: Control;
  readonly log: Logger;
  /** At least 0, less than 1. */
  readonly random: () => number;
}

/**
 * Does what a configuration in keepalived's language says: its virtual servers with their health checks, and its
 * virtual routers. Services that it does not name are left alone.
 */
export class ConfiguredDirector implements Disposable {
  readonly #files = new TrackedFiles();
  readonly #bfd = new BfdSessions();
  readonly #scripts: ScriptRunner;
  readonly #mailer: Mailer;
  readonly #pipes: EventPipes;
  readonly #services: VirtualServices;
  readonly #routers: VirtualRouters;
  readonly #synchronisation: SynchronisationFollower;
  readonly #lvs: LvsSettings;
  #running = emptyConfiguration();

  constructor({ control, log, random }: ConfiguredDirectorOptions) {
    this.#scripts = new ScriptRunner(this.#running.global, log);
    this.#mailer = new Mailer(this.#running.global, log);
    this.#pipes = new EventPipes(this.#scripts, log);
    const mails = new MailObserver(this.#mailer);
    const programs = new ScriptObserver({
      scripts: this.#scripts,
      initNotifies: () => this.#running.global.realServerInitNotifies,
      write: (line) => {
        this.#pipes.write('lvs', line);
      },
    });
    this.#services = new VirtualServices({
      control,
      observer: allObservers([new LogObserver(log), programs, mails]),
      tools: {
        random,
        files: this.#files,
        bfd: this.#bfd,
        addresses: new LocalAddresses(),
        scripts: this.#scripts,
        credentials: () => clientCredentials(this.#running.tls),
      },
    });
    this.#synchronisation = new SynchronisationFollower({
      ...control,
      onKnown: (router) => {
        this.#routers.connectionsKnown(router);
      },
    });
    this.#lvs = new LvsSettings(control);
    this.#routers = new VirtualRouters({
      log,
      files: this.#files,
      scripts: this.#scripts,
      write: (line) => {
        this.#pipes.write('vrrp', line);
      },
      onChange: (change) => {
        mails.router(change, this.#running);
        if (change.scope === 'INSTANCE') this.#synchronisation.entered(change.name, change.state);
      },
      onSplit: (split) => {
        mails.split(split);
      },
      onBfd: (name, up) => {
        this.#bfd.hear(name, up);
      },
    });
  }

  checks(): Checks {
    return checksOf(this.#services.keepers);
  }

  virtualRouters(): Promise<EngineStatus> {
    return this.#routers.status();
  }

  /** What `apply` would do, in words. */
  plan(wanted: Configuration): readonly string[] {
    return this.#steps(normal(wanted)).map(stepText);
  }

  /**
   * Leads from what runs to what is wanted. What did not change is not touched: connections, health, addresses and
   * counters stay. Throws if the director refuses a service, and then nothing has changed. Returns what was done.
   */
  apply(configuration: Configuration): readonly string[] {
    const wanted = normal(configuration);
    const steps = this.#steps(wanted);
    this.#begin(wanted);
    const services = this.#services.plan(wanted.virtualServers, steps);
    try {
      services.arrive();
    } catch (error) {
      this.#begin(this.#running);
      throw error;
    }
    // Addresses leave before the services behind them, and come after.
    this.#routers.leave(steps, this.#running);
    this.#pipes.follow(wanted.global.fifos);
    this.#running = wanted;
    services.leave();
    this.#lvs.follow(wanted);
    this.#synchronise(wanted);
    this.#routers.arrive(wanted);
    return steps.map(stepText);
  }

  /** What new watches need: which files they track, and whom programs run as, and where mails go. */
  #begin({ files, global }: Configuration): void {
    this.#files.follow(files);
    this.#scripts.rules = global;
    this.#mailer.rules = global;
  }

  #synchronise({ global, virtualRouters }: Configuration): void {
    const { syncDaemon } = global.lvs;
    const router = virtualRouters.find(({ name }) => name === syncDaemon?.instance);
    this.#synchronisation.configure(syncDaemon, router?.virtualRouterId);
  }

  #steps(wanted: Configuration): readonly ReloadStep[] {
    return diff(this.#running, wanted);
  }

  /** Services stay at the end, as the data plane does, unless the configuration says otherwise. */
  leaveServices(): void {
    this.#lvs.stop(this.#running);
  }

  /** Virtual routers say goodbye: another director takes over while this one still balances, and tells of connections. */
  handOver(): Promise<void> {
    this.#handedOver ??= this.#leave();
    return this.#handedOver;
  }
  #handedOver: Promise<void> | undefined;

  async #leave(): Promise<void> {
    await this.#routers.end();
    await this.#synchronisation.stop();
  }

  [Symbol.dispose](): void {
    this.#services[Symbol.dispose]();
    this.#files[Symbol.dispose]();
    void this.#end();
  }

  /** Pipes hear of the end of virtual routers, too. */
  async #end(): Promise<void> {
    await this.handOver();
    this.#pipes[Symbol.dispose]();
  }
}

const normal = (configuration: Configuration): Configuration => ({
  ...configuration,
  virtualServers: mergeTwins(configuration.virtualServers),
});
