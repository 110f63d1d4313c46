import type { ServiceKey, ServiceRequest } from '../director/index.ts';
import { CommandLineError } from './command-line-error.ts';
import type { Draft } from './draft.ts';
import { shortenMask } from './masks.ts';
import { parseSchedulerFlags } from './scheduler-flags.ts';

const defaultScheduler = 'wlc';
export const draftedScheduler = (draft: Draft): string => draft.scheduler || defaultScheduler;

/** The service that a draft asks for. Throws a CommandLineError where its settings contradict each other. */
export function draftedService(draft: Draft): ServiceRequest {
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
export function draftedKey(draft: Draft): ServiceKey {
  const { key } = optionalKey(draft);
  if (key === undefined) throw new TypeError(`${draft.command} without a service`);
  return key;
}

/** The key of the service that a draft names, if it names one. */
export function optionalKey({ mark, protocol, virtual, family }: Draft): {
  readonly key?: ServiceKey;
} {
  if (mark !== undefined) return { key: { kind: 'mark', mark, family } };
  if (virtual === undefined || protocol === undefined) return {};
  return {
    key: { kind: 'address', protocol, address: virtual.address, port: virtual.port ?? 0 },
  };
}
