import type { RealServer, ServiceKey, ServiceRequest } from '../director/index.ts';
import { draftedTunnel } from './check-tunnel.ts';
import { CommandLineError } from './command-line-error.ts';
import type { Draft } from './draft.ts';
import type { Invocation, ListingView } from './invocation.ts';
import { shortenMask } from './masks.ts';
import { parseSchedulerFlags } from './scheduler-flags.ts';

/** The invocation that a draft amounts to. Throws a CommandLineError where its settings contradict each other. */
export function finishDraft(draft: Draft): Invocation {
  switch (draft.command) {
    case 'add-service':
      return { kind: 'change', command: { kind: 'addService', service: draftedService(draft) } };
    case 'edit-service':
      return { kind: 'change', command: { kind: 'editService', service: draftedService(draft) } };
    case 'delete-service':
      return { kind: 'change', command: { kind: 'deleteService', key: draftedKey(draft) } };
    case 'add-server':
      return { kind: 'change', command: { kind: 'addRealServer', ...draftedRealServer(draft) } };
    case 'edit-server':
      return { kind: 'change', command: { kind: 'editRealServer', ...draftedRealServer(draft) } };
    case 'delete-server':
      return {
        kind: 'change',
        command: { kind: 'deleteRealServer', key: draftedKey(draft), realServer: realKey(draft) },
      };
    case 'flush':
      return { kind: 'change', command: { kind: 'clear' } };
    case 'zero':
      return { kind: 'change', command: { kind: 'zero', ...optionalKey(draft) } };
    case 'list':
      return listing(draft);
    case 'save':
      return { kind: 'save', numeric: draft.given.has('numeric') };
    case 'restore':
    case 'help':
    case 'version':
      return { kind: draft.command };
    case 'set':
    case 'start-daemon':
    case 'stop-daemon':
      throw new TypeError(`${draft.command} has values of its own`);
  }
}

const defaultScheduler = 'wlc';
export const draftedScheduler = (draft: Draft): string => draft.scheduler || defaultScheduler;

function draftedService(draft: Draft): ServiceRequest {
  const key = draftedKey(draft);
  const { persistentSeconds, engine } = draft;
  if (key.kind === 'address') {
    if (key.port === 0 && persistentSeconds === undefined) {
      throw new CommandLineError('Zero port specified for non-persistent service');
    }
    if (draft.given.has('ops') && key.protocol !== 'udp') {
      throw new CommandLineError('One-Packet Scheduling is only for UDP virtual services');
    }
  }
  const scheduler = draftedScheduler(draft);
  return {
    key,
    scheduler,
    schedulerFlags: parseSchedulerFlags(draft.schedulerFlags, scheduler),
    onePacket: draft.given.has('ops'),
    ...(persistentSeconds !== undefined && {
      persistence: { timeoutSeconds: persistentSeconds, mask: draftedMask(draft) },
    }),
    ...(engine !== undefined && engine !== '' && { persistenceEngine: engine }),
  };
}

function draftedMask({ mask = 32 }: Draft): string | number {
  return typeof mask === 'string' ? shortenMask(mask) : mask;
}

/** Only for commands that cannot go without a service. */
function draftedKey(draft: Draft): ServiceKey {
  const { key } = optionalKey(draft);
  if (key === undefined) throw new TypeError(`${draft.command} without a service`);
  return key;
}

function optionalKey({ mark, protocol, virtual, family }: Draft): { readonly key?: ServiceKey } {
  if (mark !== undefined) return { key: { kind: 'mark', mark, family } };
  if (virtual === undefined || protocol === undefined) return {};
  return {
    key: { kind: 'address', protocol, address: virtual.address, port: virtual.port ?? 0 },
  };
}

function realKey(draft: Draft): { readonly address: string; readonly port: number } {
  if (draft.real === undefined) throw new TypeError(`${draft.command} without a real server`);
  return { address: draft.real.address, port: draft.real.port ?? 0 };
}

/** Without rewriting of ports, the real server's is the service's, whatever was written. */
function draftedRealServer(draft: Draft): { key: ServiceKey; realServer: RealServer } {
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

/** The first that is asked for counts. */
const views = ['stats', 'rate', 'thresholds', 'persistent-conn', 'tun-info'] as const;

function listing(draft: Draft): Invocation {
  const { given } = draft;
  const numeric = given.has('numeric');
  if (given.has('connection')) {
    return { kind: 'listConnections', numeric, engines: given.has('persistent-conn') };
  }
  if (given.has('timeout')) return { kind: 'listTimeouts' };
  if (given.has('daemon')) return { kind: 'listDaemons' };
  const view: ListingView = views.find((name) => given.has(name)) ?? 'default';
  return {
    kind: 'list',
    ...optionalKey(draft),
    format: { view, numeric, exact: given.has('exact'), sorted: !given.has('nosort') },
  };
}
