import type { Configuration, ReloadStep } from '../../../config/index.ts';
import {
  EngineThread,
  type EngineStatus,
  type Notification,
  type Observer,
  type Split,
} from '../../../vrrp/index.ts';
import type { Logger } from '../../log.ts';
import type { ScriptRunner } from '../../scripts/index.ts';
import type { TrackedFiles } from '../tracked-files.ts';
import { AcceptGuard } from './accept-guard.ts';
import { Notifier } from './notifier.ts';
import { enginePlan } from './router-plans.ts';
import { Trackers } from './trackers.ts';

export interface VirtualRoutersOptions {
  readonly log: Logger;
  readonly files: TrackedFiles;
  readonly scripts: ScriptRunner;
  /** Writes a line to the pipes for events. */
  readonly write: (line: string) => void;
  /** Told of every change, after programs and pipes: for mails, the synchronisation's role and the like. */
  readonly onChange?: (told: Notification) => void;
  /** Told of other directors that are active for the same addresses. */
  readonly onSplit?: (told: Split) => void;
  /** Told of each session of BFD, at its start and when that changes. */
  readonly onBfd?: (name: string, up: boolean) => void;
}

/**
 * The virtual routers of a configuration, with what they track, whom they tell and what they hold. They live in a
 * thread of their own; programs and files are the main thread's.
 */
export class VirtualRouters {
  readonly #options: VirtualRoutersOptions;
  readonly #notifier: Notifier;
  readonly #trackers: Trackers;
  readonly #guard: AcceptGuard;
  #thread: EngineThread | undefined;

  constructor(options: VirtualRoutersOptions) {
    const { log, files, scripts, write } = options;
    this.#options = options;
    this.#guard = new AcceptGuard(log);
    this.#notifier = new Notifier(scripts, write);
    this.#trackers = new Trackers({
      scripts,
      files,
      log,
      tell: (tracker, reading) => this.#thread?.send({ kind: 'reading', tracker, reading }),
    });
  }

  status(): Promise<EngineStatus> {
    return this.#thread?.status() ?? Promise.resolve({ routers: [], heartbeats: [], bfd: [] });
  }

  /** Those that are gone say goodbye, and their addresses go; the others go on as they are. */
  leave(steps: readonly ReloadStep[], running: Configuration): void {
    const gone = new Set(
      steps.flatMap((step) => (step.kind === 'removeVirtualRouter' ? [step.router.name] : [])),
    );
    if (gone.size === 0) return;
    const plan = enginePlan(running);
    const routers = plan.routers.filter(({ router }) => !gone.has(router.name));
    this.#thread?.send({ kind: 'configure', plan: { ...plan, routers } });
  }

  /** All is as the configuration wants it from now on. What did not change is not touched. */
  arrive(wanted: Configuration): void {
    if (this.#thread === undefined && !isNeeded(wanted)) return;
    this.#notifier.follow(wanted);
    const thread = (this.#thread ??= new EngineThread(program(), this.#observer));
    thread.send({ kind: 'schedule', ...scheduleOf(wanted.global.vrrp) });
    this.#trackers.follow(wanted);
    this.#guard.follow(wanted.virtualRouters);
    thread.send({ kind: 'configure', plan: enginePlan(wanted) });
  }

  /** A backup of that name may preempt: it has the active director's connections, or there are none to have. */
  connectionsKnown(router: string): void {
    this.#thread?.send({ kind: 'connectionsKnown', router });
  }

  /** Goodbyes are said when it resolves, and programs and pipes have heard of them; the process lives until then. */
  async end(): Promise<void> {
    this.#trackers[Symbol.dispose]();
    await this.#thread?.stop();
    this.#guard.end();
  }

  get #observer(): Observer {
    const { log, onChange, onSplit, onBfd } = this.#options;
    return {
      notify: (told) => {
        const { scope, name, state, priority } = told;
        const subject = scope === 'GROUP' ? { syncGroup: name } : { virtualRouter: name };
        log.info({ ...subject, state, priority }, `Entering ${state} STATE`);
        this.#notifier.notify(told);
        onChange?.(told);
      },
      split: (told) => onSplit?.(told),
      bfd: (name, up) => onBfd?.(name, up),
      log: (router, text, level) => {
        log[level === 'problem' ? 'warn' : 'info']({ virtualRouter: router }, text);
      },
    };
  }
}

/**
 * It works for microseconds, and others' traffic depends on its punctuality: before all else, unless the
 * configuration says otherwise. Where the kernel does not allow that, it is only told if it was asked for.
 */
function scheduleOf({ thread }: Configuration['global']['vrrp']) {
  const asked = thread.nice !== undefined || thread.realTimePriority !== undefined;
  return { schedule: asked ? thread : { ...thread, realTimePriority: 1 }, isUsual: !asked };
}

const isNeeded = (configuration: Configuration): boolean =>
  configuration.virtualRouters.length > 0 ||
  configuration.heartbeats.length > 0 ||
  configuration.bfdInstances.length > 0 ||
  configuration.staticAddresses.length > 0 ||
  configuration.staticRoutes.length > 0 ||
  configuration.staticRules.length > 0;

/** Beside this file when it runs from source, beside the bundle otherwise. */
const program = (): URL =>
  import.meta.url.endsWith('.ts')
    ? new URL('../../../bin/evsd-vrrp.ts', import.meta.url)
    : new URL('evsd-vrrp.js', import.meta.url);
