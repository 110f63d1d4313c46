import { defaultCapacities } from '../dataplane/index.ts';
import { requireKernel, requirePrivilege } from '../linux/index.ts';
import { Daemon } from './daemon.ts';
import { reportStart } from './detach.ts';
import { FollowedConfiguration } from './followed.ts';
import { KernelNetwork } from './kernel-network.ts';
import { openKernelPlane } from './kernel-plane.ts';
import { admitLocalReplies } from './local-clients.ts';
import { createLog } from './log.ts';
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
  using followed = new FollowedConfiguration(log);
  const follow = await followed.prepare(settings.configuration);
  const daemon = await Daemon.start({
    settings,
    version,
    namespace,
    files,
    followed,
    log,
    network: new KernelNetwork(),
    openPlane: openKernelPlane,
    connectionTableSize: settings.connectionCapacity ?? defaultCapacities.connections,
  });
  follow(daemon.control);
  process.on('SIGHUP', () => void followed.reload());
  reportStart({ ready: true });
  admitLocalReplies(files.previousSysctls, log);
  removeRemains(daemon.pinHome, runHome, log);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void daemon.stop(false));
  }
  await daemon.stopped;
  return 0;
}
