import type { NotifiedState, RouterEffect, RouterEvent } from './effects.ts';
import { step } from './step.ts';
import { isOwner, type RunningRouter } from './virtual-router.ts';

/** Virtual routers that are active together or not at all, by name; one router is a group of its own. */
export interface RunningGroup {
  readonly members: ReadonlyMap<string, RunningRouter>;
  /** What was last told of the whole group. */
  readonly told: 'MASTER' | 'BACKUP' | 'FAULT' | 'STOP' | undefined;
}

/** What a member or, without one, the group asks for. */
export interface GroupEffect {
  readonly member: string | undefined;
  readonly effect: RouterEffect;
}

export interface GroupStep {
  readonly group: RunningGroup;
  readonly effects: readonly GroupEffect[];
}

export const initialGroup = (members: ReadonlyMap<string, RunningRouter>): RunningGroup => ({
  members,
  told: undefined,
});

/**
 * The group after something has happened to one member. All become active when each of them wants it; when one is a
 * backup or has a fault, so are the others. keepalived.conf(5), vrrp_sync_group.
 */
export function stepGroup(group: RunningGroup, name: string, event: RouterEvent): GroupStep {
  const changes = new Changes(group);
  const before = group.members.get(name);
  if (before === undefined) return { group, effects: [] };
  for (const happening of togetherWith(group, name, event)) changes.step(name, happening);
  const after = changes.members.get(name) ?? before;
  for (const other of group.members.keys()) {
    if (other === name) continue;
    for (const happening of followed(name, before, after)) changes.step(other, happening);
  }
  return changes.result();
}

/** A member that would be active waits until the others would be, too. */
function togetherWith(
  group: RunningGroup,
  name: string,
  event: RouterEvent,
): readonly RouterEvent[] {
  const member = group.members.get(name);
  const others = [...group.members].filter(([other]) => other !== name).map(([, router]) => router);
  const ready = others.every(({ state, wantsActive }) => state === 'active' || wantsActive);
  if (member === undefined || ready) return [event];
  if (event.kind === 'activeDownTimer' && member.state === 'backup')
    return [{ kind: 'awaitGroup' }];
  const wouldStart = event.kind === 'start' && isOwner(member.config) && member.faults.size === 0;
  return wouldStart ? [{ kind: 'start', asBackup: true }, { kind: 'awaitGroup' }] : [event];
}

/** What a change of one member means for the others. */
function followed(
  name: string,
  before: RunningRouter,
  after: RunningRouter,
): readonly RouterEvent[] {
  const wasActive = before.state === 'active';
  const cause = `${othersMark}${name}`;
  if (own(before) === 0 && own(after) > 0) return [{ kind: 'fault', cause, following: true }];
  if (own(before) > 0 && own(after) === 0) return [{ kind: 'mended', cause }];
  if (!wasActive && after.state === 'active') return [{ kind: 'follow', to: 'active' }];
  if (wasActive && after.state === 'backup') return [{ kind: 'follow', to: 'backup' }];
  return [];
}

const othersMark = 'virtual router ';

/** Whether a cause of a fault is that of another member of the group. */
export const isOfOthers = (cause: string): boolean => cause.startsWith(othersMark);

const own = ({ faults }: RunningRouter): number =>
  [...faults].filter((cause) => !isOfOthers(cause)).length;

class Changes {
  readonly members: Map<string, RunningRouter>;
  readonly #told: RunningGroup['told'];
  readonly #effects: GroupEffect[] = [];

  constructor(group: RunningGroup) {
    this.members = new Map(group.members);
    this.#told = group.told;
  }

  step(member: string, event: RouterEvent): void {
    const router = this.members.get(member);
    if (router === undefined) return;
    const next = step(router, event);
    this.members.set(member, next.router);
    this.#effects.push(...next.effects.map((effect) => ({ member, effect })));
  }

  result(): GroupStep {
    const told = stateOf([...this.members.values()], this.#told);
    const group = { members: this.members, told };
    if (told === this.#told || told === undefined) return { group, effects: this.#effects };
    const state: NotifiedState = told;
    const effect: RouterEffect = { kind: 'notify', state, priority: 0 };
    return { group, effects: [...this.#effects, { member: undefined, effect }] };
  }
}

/** While its members are on their way, a group stays what it was. */
function stateOf(
  members: readonly RunningRouter[],
  before: RunningGroup['told'],
): RunningGroup['told'] {
  const all = (state: RunningRouter['state']): boolean =>
    members.every((member) => member.state === state);
  if (all('active')) return 'MASTER';
  if (all('backup')) return 'BACKUP';
  if (all('fault')) return 'FAULT';
  return all('init') && before !== undefined ? 'STOP' : before;
}
