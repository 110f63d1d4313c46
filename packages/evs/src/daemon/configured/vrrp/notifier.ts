import type { Configuration } from '../../../config/index.ts';
import type { Notification } from '../../../vrrp/index.ts';
import type { ScriptRunner } from '../../scripts/index.ts';

type Notifications = Configuration['virtualRouters'][number]['notifications'];
type Programs = Pick<ScriptRunner, 'run'>;

/**
 * Tells the programs and pipes that a configuration names of changes of state, in keepalived's words and order: the
 * program of the state, `notify`, then the pipes. keepalived.conf(5), notify_master and vrrp_notify_fifo.
 */
export class Notifier {
  readonly #programs: Programs;
  /** Writes a line to the pipes. */
  readonly #write: (line: string) => void;
  readonly #subjects = new Map<string, Notifications>();
  readonly #last = new Map<string, Notification>();

  constructor(programs: Programs, write: (line: string) => void) {
    this.#programs = programs;
    this.#write = write;
  }

  /** Those that are gone are still told of their end. */
  follow({ virtualRouters, syncGroups, global }: Configuration): void {
    for (const { name, notifications } of virtualRouters) {
      this.#subjects.set(`INSTANCE ${name}`, notifications);
    }
    for (const { name, notifications } of syncGroups) {
      this.#subjects.set(`GROUP ${name}`, notifications);
    }
    if (global.fifoStatesOnReload) for (const told of this.#last.values()) this.#line(told);
  }

  notify(told: Notification): void {
    const subject = subjectOf(told);
    const programs = this.#subjects.get(subject) ?? noNotifications;
    const event = { ...told, state: saidState(told, programs) };
    if (isPriority(event) && !programs.priorityChanges) return;
    const own = programFor(event.state, programs);
    if (own !== undefined) this.#programs.run(own);
    if (isLasting(event)) this.#runAny(event, programs);
    this.#line(event);
    if (isLasting(event)) this.#last.set(subject, event);
    if (told.state !== 'DELETED') return;
    this.#subjects.delete(subject);
    this.#last.delete(subject);
  }

  #runAny({ scope, name, state, priority }: Notification, { any }: Notifications): void {
    if (any !== undefined) this.#programs.run(any, scope, name, state, `${priority}`);
  }

  #line({ scope, name, state, priority }: Notification): void {
    this.#write(`${scope} "${name}" ${state} ${priority}\n`);
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
