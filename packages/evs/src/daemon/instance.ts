import { mkdirSync, rmSync } from 'node:fs';
import { EvsError } from '../errors/index.ts';
import { lockFile, type FileLock } from '../linux/index.ts';
import { initialState, type DirectorState } from '../director/index.ts';
import type { Logger } from './log.ts';
import type { NamespaceIdentity } from './namespace-identity.ts';
import { findPinHome } from './pin-home.ts';
import { bpfFileSystem, pinDirectory, type RuntimeFiles } from './runtime-files.ts';
import { StateFile } from './state-file.ts';

export interface InstanceOptions {
  readonly files: RuntimeFiles;
  readonly namespace: NamespaceIdentity;
  /** Begin with nothing, whatever an earlier daemon left. */
  readonly fresh: boolean;
  readonly log: Logger;
}

/** What one daemon holds of its network namespace while it runs. */
export interface Instance {
  readonly lock: FileLock;
  readonly stateFile: StateFile;
  /** The state to begin with. */
  readonly state: DirectorState;
  readonly pinDirectory: string;
}

/**
 * Makes this process the daemon of its network namespace and looks at what an earlier one left: its state and
 * data plane are taken over, those of a namespace that is gone are removed.
 * Throws E_DAEMON_RUNNING, E_STATE_FILE and E_NO_BPF_FS; everything is then as before.
 */
export function takeInstance({ files, namespace, fresh, log }: InstanceOptions): Instance {
  const lock = lockInstance(files);
  try {
    const stateFile = new StateFile(files.state);
    const saved = fresh ? undefined : stateFile.read();
    const ours = saved?.owner === namespace.owner;
    const home = findPinHome();
    if (!home.lasting) warnOfShortLife(log);
    const directory = pinDirectory(home.directory, namespace.inode);
    if (fresh) setAside(stateFile, log);
    const state = ours ? saved.state : initialState;
    if (!ours) {
      if (saved !== undefined) log.info('The saved state is of a network namespace that is gone');
      // Whoever had this number before: without a state of ours the data plane is not ours, either.
      rmSync(directory, { recursive: true, force: true });
      stateFile.write({ owner: namespace.owner, state });
    }
    return { lock, stateFile, state, pinDirectory: directory };
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
}

function lockInstance(files: RuntimeFiles): FileLock {
  try {
    mkdirSync(files.directory, { recursive: true, mode: 0o755 });
  } catch (error) {
    throw new EvsError('E_NO_PRIVILEGE', `Cannot create ${files.directory}`, {
      cause: error,
      hint: 'Run evsd as root, or choose another directory with --run-dir',
    });
  }
  return lockFile(files.pid);
}

function setAside(stateFile: StateFile, log: Logger): void {
  const aside = stateFile.setAside();
  if (aside !== undefined) log.warn({ file: aside }, 'The saved state was set aside');
}

const warnOfShortLife = (log: Logger): void =>
  log.warn(
    {
      hint: `Mount it outside first: mkdir -p ${bpfFileSystem} && mount -t bpf bpf ${bpfFileSystem}`,
    },
    'The BPF file system is private to this process: its death takes the data plane along',
  );
