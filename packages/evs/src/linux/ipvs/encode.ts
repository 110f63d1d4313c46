import { addressBytes, familyOf, type IpAddress } from '../../packet/ip-address.ts';
import { attribute } from '../netlink/attributes.ts';
import { daemon, destination, familyNumber, service, top } from './constants.ts';
import type { IpvsDaemon, IpvsRealServer, IpvsService, IpvsServiceKey } from './objects.ts';

/** Every bit of the flags counts. */
const allFlags = 0xffff_ffff;

/** The attribute that names a service. */
export const encodeKey = (key: IpvsServiceKey): Buffer => attribute(top.service, keyParts(key));

/** The attribute that holds a service whole. */
export const encodeService = ({
  key,
  scheduler,
  flags,
  timeoutSeconds,
  mask,
  engine,
}: IpvsService): Buffer =>
  attribute(top.service, [
    ...keyParts(key),
    attribute(service.scheduler, scheduler),
    attribute(service.flags, [u32(flags), u32(allFlags)]),
    attribute(service.timeout, timeoutSeconds),
    attribute(service.mask, typeof mask === 'number' ? u32(mask) : addressBytes(mask)),
    ...(engine === undefined ? [] : [attribute(service.engine, engine)]),
  ]);

function keyParts(key: IpvsServiceKey): Buffer[] {
  const family = attribute(service.family, u16(familyNumber[key.family]));
  if ('mark' in key) return [family, attribute(service.mark, key.mark)];
  return [
    family,
    attribute(service.protocol, u16(key.protocol)),
    attribute(service.address, padded(key.address)),
    attribute(service.port, be16(key.port)),
  ];
}

export const encodeRealServer = (server: IpvsRealServer): Buffer =>
  attribute(top.destination, [
    attribute(destination.address, padded(server.address)),
    attribute(destination.port, be16(server.port)),
    attribute(destination.method, server.method),
    attribute(destination.weight, server.weight),
    attribute(destination.upperThreshold, server.upperThreshold),
    attribute(destination.lowerThreshold, server.lowerThreshold),
    attribute(destination.family, u16(familyNumber[familyOf(server.address)])),
    attribute(destination.tunnelType, Uint8Array.of(server.tunnelType)),
    attribute(destination.tunnelPort, be16(server.tunnelPort)),
    attribute(destination.tunnelFlags, u16(server.tunnelFlags)),
  ]);

export const encodeDaemon = (one: IpvsDaemon): Buffer =>
  attribute(top.daemon, [
    attribute(daemon.state, one.role === 'master' ? 1 : 2),
    attribute(daemon.device, one.device),
    attribute(daemon.syncId, one.syncId),
    attribute(daemon.maximumLength, u16(one.maximumLength)),
    attribute(
      familyOf(one.group) === 'ipv4' ? daemon.group : daemon.group6,
      addressBytes(one.group),
    ),
    attribute(daemon.port, u16(one.port)),
    attribute(daemon.timeToLive, Uint8Array.of(one.timeToLive)),
  ]);

/** Addresses take 16 bytes, whatever the family. */
function padded(address: IpAddress): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes.set(addressBytes(address));
  return bytes;
}

function u16(number: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(number);
  return bytes;
}

function u32(number: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(number);
  return bytes;
}

function be16(number: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(number);
  return bytes;
}
