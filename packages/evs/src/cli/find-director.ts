import { connectDirector, type DirectorClient } from '../api/index.ts';
import { answers } from './answers.ts';
import type { Launcher } from './launch-daemon.ts';

/**
 * The director of this network namespace. Starts one in the background if none answers, since ipvsadm
 * needs none. Throws E_NO_DAEMON with the reason that evsd gave.
 */
export async function findDirector(socket: string, launcher: Launcher): Promise<DirectorClient> {
  if (!(await answers(socket))) {
    // Hardly ever needed, and it costs milliseconds to load.
    const { launchDaemon } = await import('./launch-daemon.ts');
    await launchDaemon(socket, launcher);
  }
  return connectDirector(socket);
}
