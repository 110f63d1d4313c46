import { addressBytes, type IpAddress } from '../packet/ip-address.ts';

/** Address families of socket(2). */
export const AF = { ipv4: 2, ipv6: 10 } as const;

/** `struct sockaddr_in` or `sockaddr_in6`; `ifindex` is needed for link-local IPv6 addresses. */
export function socketAddress(address: IpAddress, port = 0, ifindex = 0): Buffer {
  const bytes = addressBytes(address);
  const socket = Buffer.alloc(bytes.length === 4 ? 16 : 28);
  socket.writeUInt16LE(bytes.length === 4 ? AF.ipv4 : AF.ipv6, 0);
  socket.writeUInt16BE(port, 2);
  socket.set(bytes, bytes.length === 4 ? 4 : 8);
  if (bytes.length === 16) socket.writeUInt32LE(ifindex, 24);
  return socket;
}
