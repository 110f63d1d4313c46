import { readFileSync } from 'node:fs';
import type { SynchronisationDaemon } from '../director/index.ts';
import { EvsError } from '../errors/index.ts';
import { familyOf } from '../packet/index.ts';
import { Authentication, Synchroniser, type Attachment } from '../sync/index.ts';
import type { BalancingOptions } from './balancing.ts';
import type { DataPlanePort, NetworkPort } from './ports.ts';

/** Synchronises the connections of a data plane. Throws E_INVALID for a key that cannot be used. */
export function synchroniserOf(
  { network, settings, log }: BalancingOptions,
  plane: DataPlanePort,
): Synchroniser {
  return new Synchroniser({
    plane,
    authentication: new Authentication(
      settings.syncKey === undefined ? undefined : readKey(settings.syncKey),
    ),
    attach: (daemon) => attachmentOf(network, daemon),
    ifindexTo: (address) => network.routesTo([address])[0]?.ifindex,
    countConnections: () => connectionsOf(plane),
    log,
  });
}

function attachmentOf(
  network: NetworkPort,
  { device, group }: SynchronisationDaemon,
): Attachment | undefined {
  const ifindex = network.devices().find(({ name, up }) => name === device && up)?.ifindex;
  const address = ifindex === undefined ? undefined : network.addressOn(ifindex, familyOf(group));
  return ifindex === undefined || address === undefined ? undefined : { device, ifindex, address };
}

const connectionsOf = (plane: DataPlanePort): number =>
  plane
    .status()
    .services.flatMap(({ realServers }) => realServers)
    .map(({ status }) => status)
    .reduce(
      (sum, one) =>
        sum + one.activeConnections + one.inactiveConnections + one.persistentConnections,
      0,
    );

function readFile(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new EvsError('E_INVALID', `Cannot read the key ${file}`, { cause: error });
  }
}

/** Shorter keys can be guessed. */
const leastKeyBytes = 16;

function readKey(file: string): Uint8Array {
  const key = readFile(file);
  if (key.length >= leastKeyBytes) return key;
  throw new EvsError(
    'E_INVALID',
    `${file} is too short for a key: ${leastKeyBytes} bytes at least`,
    {
      hint: `head -c 32 /dev/urandom > ${file}, and the same file on all directors`,
    },
  );
}

/** Calls back some time after devices, addresses or routes change. */
export function followNetwork(network: NetworkPort, onChange: () => void): Disposable {
  let pending: NodeJS.Timeout | undefined = setTimeout(onChange, 0);
  const watch = network.watch(({ kind }) => {
    if (kind === 'neighbour') return;
    clearTimeout(pending);
    pending = setTimeout(onChange, settleMs);
  });
  return {
    [Symbol.dispose]: () => {
      clearTimeout(pending);
      watch[Symbol.dispose]();
    },
  };
}

/** Events come in bursts. */
const settleMs = 20;
