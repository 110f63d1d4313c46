import { isDeepStrictEqual } from 'node:util';
import type { Configuration } from '../../../config/index.ts';
import type { Notification } from '../../../vrrp/index.ts';
import type { Logger } from '../../log.ts';
import type { ScriptRunner } from '../../scripts/index.ts';
import { NotifyPipe } from './notify-pipe.ts';

type Notifications = Configuration['virtualRouters'][number]['notifications'];
type Programs = Pick<ScriptRunner, 'run'>;

/**
 * Tells the programs and pipes that a configuration names of changes of state, in keepalived's words and order: the
 * program of the state, `notify`, then the pipes. keepalived.conf(5), notify_master and vrrp_notify_fifo.
 */
export class Notifier implements Disposable {
  readonly #programs: Programs;
  readonly #log: Logger;
  readonly #subjects = new Map<string, Notifications>();
  readonly #last = new Map<string, Notification>();
  #pipes: readonly NotifyPipe[] = [];

  constructor(programs: Programs, log: Logger) {
    this.#programs = programs;
    this.#log = log;
  }

  /** Those that are gone are still told of their end. */
  follow({ virtualRouters, syncGroups, global }: Configuration): void {
    for (const { name, notifications } of virtualRouters) {
      this.#subjects.set(`INSTANCE ${name}`, notifications);
    }
    for (const { name, notifications } of syncGroups) {
      this.#subjects.set(`GROUP ${name}`, notifications);
    }
    const fifos = [global.fifos.all, global.fifos.vrrp].filter((fifo) => fifo !== undefined);
    const kept = this.#pipes.filter(({ fifo }) =>
      fifos.some((wanted) => isDeepStrictEqual(fifo, wanted)),
    );
    for (const pipe of this.#pipes) if (!kept.includes(pipe)) pipe[Symbol.dispose]();
    this.#pipes = fifos.flatMap(
      (fifo) => kept.find((pipe) => isDeepStrictEqual(pipe.fifo, fifo)) ?? this.#open(fifo),
    );
    if (global.fifoStatesOnReload) for (const told of this.#last.values()) this.#write(told);
  }

  notify(told: Notification): void {
    const subject = subjectOf(told);
    const programs = this.#subjects.get(subject) ?? noNotifications;
    const event = { ...told, state: saidState(told, programs) };
    if (isPriority(event) && !programs.priorityChanges) return;
    const own = programFor(event.state, programs);
    if (own !== undefined) this.#programs.run(own);
    if (isLasting(event)) this.#runAny(event, programs);
    this.#write(event);
    if (isLasting(event)) this.#last.set(subject, event);
    if (told.state !== 'DELETED') return;
    this.#subjects.delete(subject);
    this.#last.delete(subject);
  }

  #runAny({ scope, name, state, priority }: Notification, { any }: Notifications): void {
    if (any !== undefined) this.#programs.run(any, scope, name, state, `${priority}`);
  }

  #write({ scope, name, state, priority }: Notification): void {
    for (const pipe of this.#pipes) pipe.write(`${scope} "${name}" ${state} ${priority}\n`);
  }

  #open(fifo: NotifyPipe['fifo']): readonly NotifyPipe[] {
    try {
      const pipe = new NotifyPipe(fifo);
      if (fifo.script !== undefined) this.#programs.run(fifo.script, fifo.path);
      return [pipe];
    } catch (error) {
      this.#log.error({ err: error, path: fifo.path }, 'A pipe for events cannot be made');
      return [];
    }
  }

  [Symbol.dispose](): void {
    for (const pipe of this.#pipes) pipe[Symbol.dispose]();
  }
}

const subjectOf = ({ scope, name }: Notification): string => `${scope} ${name}`;

/** keepalived calls the end of a router a fault, for those who have no word for it. */
const saidState = ({ state }: Notification, { deleted }: Notifications): Notification['state'] =>
  state === 'DELETED' && deleted === undefined ? 'FAULT' : state;

const isPriority = ({ state }: Notification): boolean =>
  state === 'MASTER_PRIORITY' || state === 'BACKUP_PRIORITY';

/** A state, and not only something that has happened in one. */
const isLasting = (told: Notification): boolean =>
  !isPriority(told) && told.state !== 'MASTER_RX_LOWER_PRI';

const noNotifications: Notifications = { priorityChanges: false, smtpAlert: false };

/** The program of its own that a state has, if it has one. */
function programFor(state: Notification['state'], programs: Notifications) {
  switch (state) {
    case 'MASTER':
      return programs.master;
    case 'BACKUP':
      return programs.backup;
    case 'FAULT':
      return programs.fault;
    case 'STOP':
      return programs.stop;
    case 'DELETED':
      return programs.deleted;
    case 'MASTER_RX_LOWER_PRI':
      return programs.masterReceivedLowerPriority;
    case 'MASTER_PRIORITY':
    case 'BACKUP_PRIORITY':
      return undefined;
  }
}
