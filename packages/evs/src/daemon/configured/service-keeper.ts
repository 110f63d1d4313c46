import type { ConfiguredRealServer, VirtualServer } from '../../config/index.ts';
import type { WantedService } from '../../director/index.ts';
import { hasQuorum, quorumText } from '../../healthcheck/index.ts';
import type { WatchTools } from './create-watch.ts';
import type { ServiceObserver } from './service-observer.ts';
import { wantedServices, type Health } from './wanted-services.ts';
import type { Finding, Watch } from './watch.ts';
import { WatchedServer } from './watched-server.ts';

export interface ServiceKeeperOptions {
  readonly tools: WatchTools;
  readonly observer: ServiceObserver;
  /** Something that `wanted` depends on has changed. */
  readonly onChange: (keeper: ServiceKeeper) => void;
}

/** Knows what the services of one virtual server should be, from its health checks. keepalived's virtual_server. */
export class ServiceKeeper {
  readonly server: VirtualServer;
  readonly watched: ReadonlyMap<string, WatchedServer>;
  readonly #options: ServiceKeeperOptions;
  #before: ServiceKeeper | undefined;
  #suspension: Disposable | undefined;
  #told: Map<string, Health>;
  #hasQuorum: boolean;

  /** With `before`, the keeper of the same virtual server as it was configured until now, it knows what that knew. */
  constructor(server: VirtualServer, options: ServiceKeeperOptions, before?: ServiceKeeper) {
    this.server = server;
    this.#options = options;
    this.#before = before;
    this.watched = new Map(
      server.realServers.map((real) => [
        real.label,
        new WatchedServer(real, options.tools, before?.watched.get(real.label)),
      ]),
    );
    this.#told = this.#health();
    this.#hasQuorum = hasQuorum(server, before?.hasQuorum ?? false, this.aliveWeight);
  }

  /** Its checks wait until its address is on this machine: keepalived.conf(5), ha_suspend. */
  get suspended(): boolean {
    const { addresses } = this.#options.tools;
    const isHere = this.server.services.some(
      (key) => key.kind === 'address' && addresses.has(key.address),
    );
    return this.server.haSuspend && !isHere;
  }

  get hasQuorum(): boolean {
    return this.#hasQuorum;
  }

  /** Of the real servers that are alive, together. */
  get aliveWeight(): number {
    return [...this.#health().values()].reduce((sum, { up, weight }) => sum + (up ? weight : 0), 0);
  }

  /** What the services should be now: one for each address and mark of the virtual server. */
  wanted(): WantedService[] {
    const health = this.#health();
    const healthOf = ({ label, weight }: ConfiguredRealServer): Health =>
      health.get(label) ?? { up: true, weight };
    return wantedServices(this.server, healthOf, this.#hasQuorum);
  }

  /** Begins to watch, in the place of the keeper before it. */
  start(): void {
    const before = this.#before;
    this.#before = undefined;
    if (before === undefined) this.#announceStart();
    else this.#replace(before);
    this.#followAddresses();
    for (const watched of this.watched.values()) {
      watched.start((watch, finding) => {
        this.#hear(watched, watch, finding);
      });
    }
  }

  #followAddresses(): void {
    const suspend = (): void => {
      for (const watched of this.watched.values()) watched.suspend(this.suspended);
    };
    if (this.server.haSuspend) {
      this.#suspension = this.#options.tools.addresses.listen(suspend);
    }
    suspend();
  }

  /** Ends all watches; `removed` says that the virtual server is gone from the configuration. */
  stop(removed: boolean): void {
    this.#suspension?.[Symbol.dispose]();
    for (const watched of this.watched.values()) {
      watched.end();
      if (removed) this.#announceRemoval(watched);
    }
    if (!removed && this.server.omega) this.#announceStop();
  }

  #health(): Map<string, Health> {
    return new Map([...this.watched].map(([label, watched]) => [label, watched.health]));
  }

  #replace(before: ServiceKeeper): void {
    before.#suspension?.[Symbol.dispose]();
    for (const [label, watched] of before.watched) {
      const successor = this.watched.get(label);
      watched.end(successor);
      if (successor === undefined) this.#announceRemoval(watched);
    }
    this.#reconsiderQuorum(before.hasQuorum);
  }

  #hear({ config }: WatchedServer, watch: Watch, { result, change }: Finding): void {
    const { observer, onChange } = this.#options;
    if (change !== undefined) {
      observer.checker(this.server, config, watch.checker, change === 'up', result);
    } else if (!result.ok) observer.failure(this.server, config, watch.checker, result);
    if (this.#settle(config)) onChange(this);
  }

  /** Tells what has changed with a real server; true if anything has. */
  #settle(config: ConfiguredRealServer): boolean {
    const { observer } = this.#options;
    const before = this.#told.get(config.label);
    const now = this.watched.get(config.label)?.health;
    if (now === undefined || (now.up === before?.up && now.weight === before.weight)) return false;
    this.#told.set(config.label, now);
    if (now.up !== before?.up) observer.realServer(this.server, config, now.up, 'checked');
    if (now.weight !== before?.weight) observer.weight(this.server, config, now.weight);
    this.#reconsiderQuorum(this.#hasQuorum);
    return true;
  }

  #reconsiderQuorum(had: boolean): void {
    const { aliveWeight, server } = this;
    this.#hasQuorum = hasQuorum(server, had, aliveWeight);
    if (this.#hasQuorum === had) return;
    const text = quorumText(server, this.#hasQuorum, aliveWeight);
    this.#options.observer.quorum(server, this.#hasQuorum, text, 'checked');
  }

  #announceStart(): void {
    const { observer } = this.#options;
    for (const { config, health } of this.watched.values()) {
      if (health.up) observer.realServer(this.server, config, true, 'begins');
    }
    const text = quorumText(this.server, this.#hasQuorum, this.aliveWeight);
    observer.quorum(this.server, this.#hasQuorum, text, 'begins');
  }

  #announceRemoval({ config, health }: WatchedServer): void {
    if (health.up) this.#options.observer.realServer(this.server, config, false, 'removed');
  }

  /** keepalived.conf(5), omega: all is told as if everything had failed. */
  #announceStop(): void {
    const { observer } = this.#options;
    for (const { config, health } of this.watched.values()) {
      if (health.up) observer.realServer(this.server, config, false, 'stops');
    }
    if (this.#hasQuorum) {
      observer.quorum(this.server, false, quorumText(this.server, false, 0), 'stops');
    }
  }
}
