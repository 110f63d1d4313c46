import { EvsError } from '../errors/index.ts';
import { familyOf, type IpAddress } from '../packet/ip-address.ts';
import { checkAddress, checkPort } from './check-address.ts';
import type { ServiceRequest } from './commands.ts';
import { keyText } from './key-text.ts';
import {
  schedulers,
  type AddressFamily,
  type SchedulerName,
  type ServiceKey,
  type VirtualService,
} from './model.ts';

const schedulerFlagBits = 0x38;
/** 31 days, the most that ipvsadm takes. */
const longestTimeoutSeconds = 31 * 86_400;

/** Everything of a service but its real servers, checked and with its names looked up. */
export type ResolvedService = Omit<VirtualService, 'realServers'>;

/** Throws E_NO_SCHEDULER for unknown names, E_INVALID for settings that contradict each other. */
export function resolveService(request: ServiceRequest): ResolvedService {
  const { key, schedulerFlags, onePacket } = request;
  const scheduler = findScheduler(request.scheduler);
  const engine = findEngine(request.persistenceEngine);
  checkKey(key);
  checkFlags(schedulerFlags);
  const { persistence } = request;
  if (persistence === undefined) {
    checkUnpersistent(key);
  } else {
    checkTimeout(persistence.timeoutSeconds);
    checkMask(persistence.mask, serviceFamily(key));
  }
  if (onePacket && key.kind === 'address' && key.protocol !== 'udp') {
    throw invalid(`Cannot schedule single packets of ${keyText(key)}: that is for UDP services`);
  }
  return {
    key,
    scheduler,
    schedulerFlags,
    ...(persistence !== undefined && {
      persistence: {
        timeoutSeconds: persistence.timeoutSeconds,
        mask: persistence.mask,
        ...(engine !== undefined && { engine }),
      },
    }),
    onePacket,
  };
}

/** The family of the clients and the VIP of a service. */
export const serviceFamily = (key: ServiceKey): AddressFamily =>
  key.kind === 'mark' ? key.family : familyOf(key.address);

function findScheduler(name: string): SchedulerName {
  const scheduler = schedulers.find((candidate) => candidate === name);
  if (scheduler !== undefined) return scheduler;
  throw new EvsError('E_NO_SCHEDULER', `Cannot find a scheduler named ${name}`, {
    hint: `There are ${schedulers.join(', ')}`,
  });
}

function findEngine(name: string | undefined): 'sip' | undefined {
  if (name === undefined || name === 'sip') return name;
  throw new EvsError('E_NO_SCHEDULER', `Cannot find a persistence engine named ${name}`, {
    hint: 'There is sip',
  });
}

function checkKey(key: ServiceKey): void {
  if (key.kind === 'address') {
    checkAddress(key.address);
    checkPort(key.port);
  } else if (!Number.isInteger(key.mark) || key.mark < 1 || key.mark > 0xffff_ffff) {
    throw invalid(`Cannot use firewall mark ${key.mark}: marks are 1 to 4294967295`);
  }
}

function checkUnpersistent(key: ServiceKey): void {
  if (key.kind === 'mark' || key.port !== 0) return;
  throw invalid(`Cannot serve every port of ${key.address}: the service is not persistent`);
}

function checkFlags(flags: number): void {
  if ((flags & ~schedulerFlagBits) === 0) return;
  throw invalid(`Cannot use scheduler flags ${flags}: there are 8, 16 and 32`);
}

function checkTimeout(seconds: number): void {
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= longestTimeoutSeconds) return;
  throw invalid(
    `Cannot remember clients for ${seconds} s: 1 to ${longestTimeoutSeconds} are possible`,
  );
}

function checkMask(mask: IpAddress | number, family: AddressFamily): void {
  if (typeof mask === 'string') {
    checkAddress(mask);
    if (family === 'ipv4' && familyOf(mask) === 'ipv4') return;
  } else {
    const [shortest, longest] = family === 'ipv4' ? [0, 32] : [1, 128];
    if (Number.isInteger(mask) && mask >= shortest && mask <= longest) return;
  }
  throw invalid(`Cannot use ${mask} as a mask of ${family === 'ipv4' ? 'IPv4' : 'IPv6'} clients`);
}

const invalid = (message: string): EvsError => new EvsError('E_INVALID', message);
