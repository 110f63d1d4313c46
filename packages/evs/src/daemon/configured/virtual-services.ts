import type { ReloadStep, VirtualServer } from '../../config/index.ts';
import { changesTo, keyText } from '../../director/index.ts';
import type { Control } from '../daemon.ts';
import type { WatchTools } from './create-watch.ts';
import { ServiceKeeper } from './service-keeper.ts';
import type { ServiceObserver } from './service-observer.ts';

export interface VirtualServicesOptions {
  readonly control: Control;
  readonly observer: ServiceObserver;
  readonly tools: WatchTools;
}

/** What a reload does to virtual servers, thought through and not yet done. */
export interface ServicesChange {
  /** Adds and edits. Throws if they are refused, and then nothing has changed. */
  arrive(): void;
  /** Deletes what is gone, and lets the checks begin and end. */
  leave(): void;
}

/** A table that was full may have room later. */
const retryMs = 5_000;

/** All virtual servers of a configuration. Changes that come together are carried out together. */
export class VirtualServices implements Disposable {
  readonly #options: VirtualServicesOptions;
  #keepers: ReadonlyMap<string, ServiceKeeper> = new Map();
  readonly #changed = new Set<ServiceKeeper>();
  #timer: NodeJS.Timeout | NodeJS.Immediate | undefined;

  constructor(options: VirtualServicesOptions) {
    this.#options = options;
  }

  get keepers(): Iterable<ServiceKeeper> {
    return this.#keepers.values();
  }

  /** Leads to these virtual servers by steps. Those that no step names are not touched. */
  plan(wanted: readonly VirtualServer[], steps: readonly ReloadStep[]): ServicesChange {
    const names = namedIn(steps);
    const isNamed = ({ label, services }: VirtualServer): boolean =>
      names.has(label) || services.some((key) => names.has(keyText(key)));
    const before = this.#keepers;
    const after = new Map(
      wanted.map((server) => {
        const known = before.get(server.label);
        const stays = known !== undefined && !isNamed(server) && !isNamed(known.server);
        return [server.label, stays ? known : this.#keeper(server, known)];
      }),
    );
    return {
      arrive: () => {
        this.#arrive([...after].filter(([label, keeper]) => before.get(label) !== keeper));
      },
      leave: () => {
        this.#leave(after);
      },
    };
  }

  #keeper(server: VirtualServer, before?: ServiceKeeper): ServiceKeeper {
    const { observer, tools } = this.#options;
    const onChange = (keeper: ServiceKeeper): void => {
      this.#mark(keeper);
    };
    return new ServiceKeeper(server, { observer, tools, onChange }, before);
  }

  #arrive(begun: readonly (readonly [string, ServiceKeeper])[]): void {
    const { control } = this.#options;
    const wanted = begun.flatMap(([, keeper]) => keeper.wanted());
    const commands = wanted.length === 0 ? [] : changesTo(control.current(), wanted);
    if (commands.length > 0) control.executeAll(commands);
  }

  #leave(after: ReadonlyMap<string, ServiceKeeper>): void {
    const { control } = this.#options;
    const before = this.#keepers;
    const staying = new Set(
      [...after.values()].flatMap(({ server }) => server.services.map(keyText)),
    );
    const gone = [...before.values()]
      .flatMap(({ server }) => server.services)
      .filter((key) => !staying.has(keyText(key)));
    const commands = gone.length === 0 ? [] : changesTo(control.current(), [], gone);
    if (commands.length > 0) control.execute(commands);
    this.#keepers = after;
    for (const [label, keeper] of before) {
      if (after.get(label) !== keeper) this.#changed.delete(keeper);
      if (!after.has(label)) keeper.stop(true);
    }
    for (const [label, keeper] of after) if (before.get(label) !== keeper) keeper.start();
  }

  #mark(keeper: ServiceKeeper): void {
    this.#changed.add(keeper);
    this.#timer ??= setImmediate(() => {
      this.#settle();
    });
  }

  /** Carries out what has changed since the last time. */
  #settle(): void {
    this.#timer = undefined;
    const { control } = this.#options;
    const wanted = [...this.#changed].flatMap((keeper) => keeper.wanted());
    const commands = changesTo(control.current(), wanted);
    if (commands.length === 0 || control.execute(commands)) this.#changed.clear();
    else {
      this.#timer = setTimeout(() => {
        this.#settle();
      }, retryMs).unref();
    }
  }

  /** Services stay, as the data plane does. */
  [Symbol.dispose](): void {
    clearImmediate(this.#timer as NodeJS.Immediate);
    clearTimeout(this.#timer as NodeJS.Timeout);
    for (const keeper of this.#keepers.values()) keeper.stop(false);
  }
}

/** Virtual servers by label and services by key that steps have to do with. */
const namedIn = (steps: readonly ReloadStep[]): ReadonlySet<string> =>
  new Set(steps.flatMap((step) => nameIn(step) ?? []));

function nameIn(step: ReloadStep): string | undefined {
  if ('service' in step) return keyText(step.service.key);
  if ('key' in step) return keyText(step.key);
  if ('server' in step) return step.server.label;
  return 'virtualServer' in step ? step.virtualServer : undefined;
}
