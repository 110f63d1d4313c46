import { addRealServer } from './add-real-server.ts';
import { addService } from './add-service.ts';
import { changeSettings } from './change-settings.ts';
import { clear } from './clear.ts';
import type { Command } from './commands.ts';
import { deleteRealServer } from './delete-real-server.ts';
import { deleteService } from './delete-service.ts';
import { editRealServer } from './edit-real-server.ts';
import { editService } from './edit-service.ts';
import { findService } from './find-service.ts';
import { addMarkRule, deleteMarkRule } from './mark-rules.ts';
import type { DirectorState } from './model.ts';
import { setTimeouts } from './set-timeouts.ts';
import { startDaemon, stopDaemon } from './synchronisation.ts';

type Change<K extends Command['kind']> = (
  state: DirectorState,
  command: Extract<Command, { readonly kind: K }>,
) => DirectorState;

const changes: { readonly [K in Command['kind']]: Change<K> } = {
  addService: (state, { service }) => addService(state, service),
  editService: (state, { service }) => editService(state, service),
  deleteService: (state, { key }) => deleteService(state, key),
  addRealServer: (state, { key, realServer }) => addRealServer(state, key, realServer),
  editRealServer: (state, { key, realServer }) => editRealServer(state, key, realServer),
  deleteRealServer: (state, { key, realServer }) => deleteRealServer(state, key, realServer),
  clear,
  zero: (state, { key }) => {
    if (key !== undefined) findService(state, key);
    return state;
  },
  addMarkRule: (state, { rule }) => addMarkRule(state, rule),
  deleteMarkRule: (state, { rule }) => deleteMarkRule(state, rule),
  setTimeouts: (state, { timeouts }) => setTimeouts(state, timeouts),
  changeSettings: (state, { settings }) => changeSettings(state, settings),
  startDaemon: (state, { daemon, mtu }) => startDaemon(state, daemon, mtu),
  stopDaemon: (state, { role }) => stopDaemon(state, role),
};

/**
 * The state after a command. Throws an EvsError that says why the command is refused; the state is then
 * as before. `zero` changes no state: it only has to name a service that is there.
 */
export function applyCommand(state: DirectorState, command: Command): DirectorState {
  const change = changes[command.kind] as Change<Command['kind']>;
  return change(state, command);
}
