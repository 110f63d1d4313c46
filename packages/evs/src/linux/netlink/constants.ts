/** Types of rtnetlink messages, include/uapi/linux/rtnetlink.h. */
export const messageType = {
  newLink: 16,
  deleteLink: 17,
  getLink: 18,
  newAddress: 20,
  deleteAddress: 21,
  getAddress: 22,
  newRoute: 24,
  deleteRoute: 25,
  getRoute: 26,
  newNeighbour: 28,
  deleteNeighbour: 29,
  getNeighbour: 30,
  newRule: 32,
  deleteRule: 33,
  getRule: 34,
  newQdisc: 36,
  deleteQdisc: 37,
  getQdisc: 38,
  newFilter: 44,
  deleteFilter: 45,
  getFilter: 46,
} as const;
export type MessageType = keyof typeof messageType;

/** Flags of a request, include/uapi/linux/netlink.h. */
export const requestFlag = {
  request: 1,
  acknowledge: 4,
  dump: 0x300,
  replace: 0x100,
  exclusive: 0x200,
  create: 0x400,
  append: 0x800,
} as const;

/** Address families of socket(2). */
const family = { any: 0, ipv4: 2, ipv6: 10 } as const;

/** Family number of an address of 4 or 16 bytes. */
export const familyNumber = (address: Uint8Array): number =>
  address.length === 4 ? family.ipv4 : family.ipv6;
