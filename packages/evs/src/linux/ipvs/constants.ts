/** Commands of the netlink family IPVS, include/uapi/linux/ip_vs.h. */
export const command = {
  newService: 1,
  getService: 4,
  newDestination: 5,
  getDestination: 8,
  newDaemon: 9,
  deleteDaemon: 10,
  getDaemon: 11,
  setConfig: 12,
  getConfig: 13,
  flush: 17,
} as const;

/** Attributes of a message. */
export const top = {
  service: 1,
  destination: 2,
  daemon: 3,
  timeoutTcp: 4,
  timeoutTcpFin: 5,
  timeoutUdp: 6,
} as const;

export const service = {
  family: 1,
  protocol: 2,
  address: 3,
  port: 4,
  mark: 5,
  scheduler: 6,
  flags: 7,
  timeout: 8,
  mask: 9,
  engine: 11,
} as const;

export const destination = {
  address: 1,
  port: 2,
  method: 3,
  weight: 4,
  upperThreshold: 5,
  lowerThreshold: 6,
  family: 11,
  tunnelType: 13,
  tunnelPort: 14,
  tunnelFlags: 15,
} as const;

export const daemon = {
  state: 1,
  device: 2,
  syncId: 3,
  maximumLength: 4,
  group: 5,
  group6: 6,
  port: 7,
  timeToLive: 8,
} as const;

/** Address families of socket(2). */
export const familyNumber = { ipv4: 2, ipv6: 10 } as const;
/** IP_VS_SVC_F_HASHED: always set in what the kernel tells. */
export const hashed = 0x0002;
