import { defaultCapacities } from '../dataplane/index.ts';
import { requireKernel, requirePrivilege } from '../linux/index.ts';
import { Daemon, type Control } from './daemon.ts';
import { reportStart } from './detach.ts';
import { KernelNetwork } from './kernel-network.ts';
import { openKernelPlane } from './kernel-plane.ts';
import { admitLocalReplies } from './local-clients.ts';
import { createLog, type Logger } from './log.ts';
import { namespaceIdentity } from './namespace-identity.ts';
import { removeRemains } from './remains.ts';
import { runHome, runtimeFiles } from './runtime-files.ts';
import type { Settings } from './settings.ts';

/** Serves this network namespace until a signal or a client ends it; returns the exit status. */
export async function serveNamespace(settings: Settings, version: string): Promise<number> {
  // Sockets, state and log are root's alone.
  process.umask(0o077);
  requireKernel();
  requirePrivilege();
  const log = await createLog(settings);
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'A mistake in evsd ends it; the data plane goes on');
    process.exit(1);
  });
  const namespace = namespaceIdentity();
  const files = runtimeFiles(namespace.inode, settings.runDirectory);
  const follow = await readConfigured(settings.configuration, log);
  const daemon = await Daemon.start({
    settings,
    version,
    namespace,
    files,
    log,
    network: new KernelNetwork(),
    openPlane: openKernelPlane,
    connectionTableSize: settings.connectionCapacity ?? defaultCapacities.connections,
  });
  using configured = follow?.(daemon.control);
  process.on('SIGHUP', () => configured?.reload());
  reportStart({ ready: true });
  admitLocalReplies(files.previousSysctls, log);
  removeRemains(daemon.pinHome, runHome, log);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void daemon.stop(false));
  }
  await daemon.stopped;
  return 0;
}

/** Reads the configuration before anything is touched. Loads what carries it out only if there is one. */
async function readConfigured(
  file: string | undefined,
  log: Logger,
): Promise<((control: Control) => Followed) | undefined> {
  if (file === undefined) return undefined;
  const { ConfiguredDirector, loadConfiguration } = await import('./configured/index.ts');
  const configuration = loadConfiguration(file, log);
  return (control) => {
    const configured = new ConfiguredDirector({ ...control, file, log, random: Math.random });
    configured.start(configuration);
    return configured;
  };
}

interface Followed extends Disposable {
  reload(): void;
}
