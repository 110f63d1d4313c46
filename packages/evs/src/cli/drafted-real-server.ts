import type { RealServer, RealServerKey, ServiceKey } from '../director/index.ts';
import { draftedTunnel } from './drafted-tunnel.ts';
import { CommandLineError } from './command-line-error.ts';
import type { Draft } from './draft.ts';
import { draftedKey } from './drafted-service.ts';

/** The service and the key of the real server that a draft names. */
export function draftedRealServerKey(draft: Draft): { key: ServiceKey; realServer: RealServerKey } {
  return { key: draftedKey(draft), realServer: realKey(draft) };
}

function realKey(draft: Draft): RealServerKey {
  if (draft.real === undefined) throw new TypeError(`${draft.command} without a real server`);
  return { address: draft.real.address, port: draft.real.port ?? 0 };
}

/**
 * The real server that a draft asks for. Without rewriting of ports, its port is the service's, whatever
 * was written. Throws a CommandLineError where settings contradict each other.
 */
export function draftedRealServer(draft: Draft): { key: ServiceKey; realServer: RealServer } {
  const key = draftedKey(draft);
  const { address, port } = realKey(draft);
  if (draft.real?.family !== draft.family && draft.method !== 'tunneling') {
    throw new CommandLineError('Different address family is allowed only for tunneling servers');
  }
  const tunnel = draftedTunnel(draft);
  const samePort = key.kind === 'address' && draft.method !== 'masquerading';
  return {
    key,
    realServer: {
      address,
      port: samePort ? key.port : port,
      method: draft.method,
      weight: draft.weight,
      upperThreshold: draft.upperThreshold,
      lowerThreshold: draft.lowerThreshold,
      tunnel,
    },
  };
}
