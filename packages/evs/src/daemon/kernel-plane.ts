import { DataPlane } from '../dataplane/index.ts';
import { EvsError } from '../errors/index.ts';
import { PinnedMapError } from '../linux/index.ts';
import type { DataPlanePort } from './ports.ts';

export interface PlaneOptions {
  readonly pinDirectory: string;
  readonly connectionCapacity?: number | undefined;
}

/**
 * The data plane in the kernel: a new one, or the one that an earlier daemon pinned. Throws E_STATE_FILE if
 * that one cannot be taken over.
 */
export function openKernelPlane({ pinDirectory, connectionCapacity }: PlaneOptions): DataPlanePort {
  const capacities = connectionCapacity === undefined ? {} : { connections: connectionCapacity };
  try {
    return DataPlane.open({ pinDirectory, capacities });
  } catch (error) {
    if (!(error instanceof PinnedMapError)) throw error;
    throw new EvsError(
      'E_STATE_FILE',
      `Cannot take over the data plane of an earlier daemon: ${error.message}`,
      {
        cause: error,
        hint: 'It goes on as it was. Start with the same --connections, or forget it with its connections: evsd --fresh',
      },
    );
  }
}
