import { addRealServer } from './add-real-server.ts';
import { addService } from './add-service.ts';
import { changeSettings } from './change-settings.ts';
import { clear } from './clear.ts';
import type { Command } from './commands.ts';
import { deleteRealServer } from './delete-real-server.ts';
import { deleteService } from './delete-service.ts';
import { closeDraft, discardDraft, openDraft, type Draft } from './draft.ts';
import { editRealServer } from './edit-real-server.ts';
import { editService } from './edit-service.ts';
import { findService } from './find-service.ts';
import { addMarkRule, deleteMarkRule } from './mark-rules.ts';
import type { DirectorState } from './model.ts';
import { setTimeouts } from './set-timeouts.ts';
import { startDaemon, stopDaemon } from './synchronisation.ts';

type Change<K extends Command['kind']> = (
  draft: Draft,
  command: Extract<Command, { readonly kind: K }>,
) => Draft;

const changes: { readonly [K in Command['kind']]: Change<K> } = {
  addService: (draft, { service }) => addService(draft, service),
  editService: (draft, { service }) => editService(draft, service),
  deleteService: (draft, { key }) => deleteService(draft, key),
  addRealServer: (draft, { key, realServer }) => addRealServer(draft, key, realServer),
  editRealServer: (draft, { key, realServer }) => editRealServer(draft, key, realServer),
  deleteRealServer: (draft, { key, realServer }) => deleteRealServer(draft, key, realServer),
  clear,
  zero: (draft, { key }) => {
    if (key !== undefined) findService(draft, key);
    return draft;
  },
  addMarkRule: (draft, { rule }) => addMarkRule(draft, rule),
  deleteMarkRule: (draft, { rule }) => deleteMarkRule(draft, rule),
  setTimeouts: (draft, { timeouts }) => setTimeouts(draft, timeouts),
  changeSettings: (draft, { settings }) => changeSettings(draft, settings),
  startDaemon: (draft, { daemon, mtu }) => startDaemon(draft, daemon, mtu),
  stopDaemon: (draft, { role }) => stopDaemon(draft, role),
};

/**
 * The state after a command. Throws an EvsError that says why the command is refused; the state is then
 * as before. `zero` changes no state: it only has to name a service that is there.
 */
export function applyCommand(state: DirectorState, command: Command): DirectorState {
  const drafting = new Drafting(state);
  try {
    drafting.apply(command);
  } finally {
    state = drafting.finish();
  }
  return state;
}

/** A state that commands are applied to one after the other, thousands as fast as one each. */
export class Drafting {
  readonly #before: DirectorState;
  readonly #opened: Draft;
  #draft: Draft;

  constructor(state: DirectorState) {
    this.#before = state;
    this.#opened = openDraft(state);
    this.#draft = this.#opened;
  }

  /** Throws as `applyCommand` does; the command has then changed nothing. */
  apply(command: Command): void {
    const change = changes[command.kind] as Change<Command['kind']>;
    this.#draft = change(this.#draft, command);
  }

  /** The state after all commands; the very one before them if none has changed anything. */
  finish(): DirectorState {
    const changed = this.#draft !== this.#opened;
    return changed ? closeDraft(this.#draft) : discardDraft(this.#draft, this.#before);
  }
}
