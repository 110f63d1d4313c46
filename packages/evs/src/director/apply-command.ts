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
import type { DirectorState } from './model.ts';
import { setTimeouts } from './set-timeouts.ts';

/**
 * The state after a command. Throws an EvsError that says why the command is refused; the state is then
 * as before. `zero` changes no state: it only has to name a service that is there.
 */
export function applyCommand(state: DirectorState, command: Command): DirectorState {
  switch (command.kind) {
    case 'addService':
      return addService(state, command.service);
    case 'editService':
      return editService(state, command.service);
    case 'deleteService':
      return deleteService(state, command.key);
    case 'addRealServer':
      return addRealServer(state, command.key, command.realServer);
    case 'editRealServer':
      return editRealServer(state, command.key, command.realServer);
    case 'deleteRealServer':
      return deleteRealServer(state, command.key, command.realServer);
    case 'clear':
      return clear(state);
    case 'zero':
      if (command.key !== undefined) findService(state, command.key);
      return state;
    case 'setTimeouts':
      return setTimeouts(state, command.timeouts);
    case 'changeSettings':
      return changeSettings(state, command.settings);
  }
}
