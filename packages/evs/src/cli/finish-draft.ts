import type { Command } from '../director/index.ts';
import type { Draft } from './draft.ts';
import { draftedRealServer, draftedRealServerKey } from './drafted-real-server.ts';
import { draftedKey, draftedService, optionalKey } from './drafted-service.ts';
import type { Invocation, ListingView } from './invocation.ts';
import type { CommandName } from './options.ts';

/** The invocation that a draft amounts to. Throws a CommandLineError where its settings contradict each other. */
export const finishDraft = (draft: Draft): Invocation => finishers[draft.command](draft);

const finishers: Readonly<Record<CommandName, (draft: Draft) => Invocation>> = {
  'add-service': (draft) => change({ kind: 'addService', service: draftedService(draft) }),
  'edit-service': (draft) => change({ kind: 'editService', service: draftedService(draft) }),
  'delete-service': (draft) => change({ kind: 'deleteService', key: draftedKey(draft) }),
  'add-server': (draft) => change({ kind: 'addRealServer', ...draftedRealServer(draft) }),
  'edit-server': (draft) => change({ kind: 'editRealServer', ...draftedRealServer(draft) }),
  'delete-server': (draft) => change({ kind: 'deleteRealServer', ...draftedRealServerKey(draft) }),
  flush: () => change({ kind: 'clear' }),
  zero: (draft) => change({ kind: 'zero', ...optionalKey(draft) }),
  set: ({ timeouts }) => change({ kind: 'setTimeouts', timeouts }),
  list: listing,
  save: ({ given }) => ({ kind: 'save', numeric: given.has('numeric') }),
  restore: () => ({ kind: 'restore' }),
  'start-daemon': ({ daemon }) => change({ kind: 'startDaemon', daemon }),
  'stop-daemon': ({ daemon }) => change({ kind: 'stopDaemon', role: daemon.role }),
  help: () => ({ kind: 'help' }),
  version: () => ({ kind: 'version' }),
};

const change = (command: Command): Invocation => ({ kind: 'change', command });

/** The first that is asked for counts. */
const views = ['stats', 'rate', 'thresholds', 'persistent-conn', 'tun-info'] as const;

function listing(draft: Draft): Invocation {
  const { given } = draft;
  const numeric = given.has('numeric');
  if (given.has('connection')) {
    return { kind: 'listConnections', numeric, engines: given.has('persistent-conn') };
  }
  if (given.has('timeout')) return { kind: 'listTimeouts' };
  if (given.has('daemon')) return { kind: 'listDaemons' };
  const view: ListingView = views.find((name) => given.has(name)) ?? 'default';
  return {
    kind: 'list',
    ...optionalKey(draft),
    format: { view, numeric, exact: given.has('exact'), sorted: !given.has('nosort') },
  };
}
