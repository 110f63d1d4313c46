import { formatIpAddress, type IpAddress } from '../../packet/ip-address.ts';
import { attributesIn, numberOf, textOf, type AttributeValues } from '../netlink/attributes.ts';
import { daemon, destination, familyNumber, hashed, service, top } from './constants.ts';
import type { IpvsDaemon, IpvsRealServer, IpvsService, IpvsServiceKey } from './objects.ts';

/** The service in an answer; undefined if it holds none. */
export function decodeService(answer: AttributeValues): IpvsService | undefined {
  const values = nested(answer, top.service);
  if (values === undefined) return undefined;
  const family = familyIn(values, service.family);
  const mask = values.get(service.mask) ?? Buffer.alloc(4);
  const engine = values.get(service.engine);
  return {
    key: keyIn(values, family),
    scheduler: textOf(values.get(service.scheduler) ?? Buffer.alloc(0)),
    flags: u32In(values.get(service.flags)) & ~hashed,
    timeoutSeconds: u32In(values.get(service.timeout)),
    mask: family === 'ipv4' ? formatIpAddress(mask.subarray(0, 4)) : mask.readUInt32LE(0),
    ...(engine !== undefined && { engine: textOf(engine) }),
  };
}

function keyIn(values: AttributeValues, family: 'ipv4' | 'ipv6'): IpvsServiceKey {
  const mark = numberOf(values.get(service.mark));
  if (mark !== undefined && mark !== 0) return { family, mark };
  return {
    family,
    protocol: u16In(values.get(service.protocol)),
    address: addressIn(values.get(service.address), family),
    port: be16In(values.get(service.port)),
  };
}

/** The real server in an answer; undefined if it holds none. */
export function decodeRealServer(
  answer: AttributeValues,
  serviceFamily: 'ipv4' | 'ipv6',
): IpvsRealServer | undefined {
  const values = nested(answer, top.destination);
  if (values === undefined) return undefined;
  const family = values.has(destination.family)
    ? familyIn(values, destination.family)
    : serviceFamily;
  return {
    address: addressIn(values.get(destination.address), family),
    port: be16In(values.get(destination.port)),
    method: u32In(values.get(destination.method)) & 7,
    weight: u32In(values.get(destination.weight)),
    upperThreshold: u32In(values.get(destination.upperThreshold)),
    lowerThreshold: u32In(values.get(destination.lowerThreshold)),
    tunnelType: u8In(values.get(destination.tunnelType)),
    tunnelPort: be16In(values.get(destination.tunnelPort)),
    tunnelFlags: u16In(values.get(destination.tunnelFlags)),
  };
}

/** The synchronisation daemon in an answer; undefined if it holds none. */
export function decodeDaemon(answer: AttributeValues): IpvsDaemon | undefined {
  const values = nested(answer, top.daemon);
  if (values === undefined) return undefined;
  const group6 = values.get(daemon.group6);
  return {
    role: numberOf(values.get(daemon.state)) === 2 ? 'backup' : 'master',
    device: textOf(values.get(daemon.device) ?? Buffer.alloc(0)),
    syncId: u32In(values.get(daemon.syncId)),
    maximumLength: u16In(values.get(daemon.maximumLength)),
    group:
      group6 === undefined
        ? addressIn(values.get(daemon.group), 'ipv4')
        : addressIn(group6, 'ipv6'),
    port: u16In(values.get(daemon.port)),
    timeToLive: u8In(values.get(daemon.timeToLive)),
  };
}

const nested = (answer: AttributeValues, type: number): AttributeValues | undefined => {
  const value = answer.get(type);
  return value === undefined ? undefined : attributesIn(value);
};

const u32In = (value: Buffer | undefined): number => numberOf(value) ?? 0;
const u16In = (value: Buffer | undefined): number => value?.readUInt16LE(0) ?? 0;
const be16In = (value: Buffer | undefined): number => value?.readUInt16BE(0) ?? 0;
const u8In = (value: Buffer | undefined): number => value?.readUInt8(0) ?? 0;

const familyIn = (values: AttributeValues, type: number): 'ipv4' | 'ipv6' =>
  values.get(type)?.readUInt16LE(0) === familyNumber.ipv6 ? 'ipv6' : 'ipv4';

const addressIn = (bytes: Buffer | undefined, family: 'ipv4' | 'ipv6'): IpAddress =>
  formatIpAddress((bytes ?? Buffer.alloc(16)).subarray(0, family === 'ipv4' ? 4 : 16));
