export { BfdControl, bfdPort } from './bfd.ts';
export { Ethernet, EtherType, type EthernetLayout } from './ethernet.ts';
export { internetChecksum } from './internet-checksum.ts';
export {
  addressBytes,
  familyOf,
  formatIpAddress,
  parseIpAddress,
  type IpAddress,
} from './ip-address.ts';
export {
  doNotFragment,
  fragmentMask,
  fragmentOffsetMask,
  IpProtocol,
  Ipv4,
  type Ipv4Layout,
} from './ipv4.ts';
export { FragmentHeader, Ipv6, type Ipv6Layout } from './ipv6.ts';
export { announcementFrame } from './neighbour-announcement.ts';
export {
  Icmp,
  IcmpType,
  Ports,
  Sctp,
  Tcp,
  TcpFlag,
  Udp,
  type IcmpLayout,
  type TcpLayout,
  type UdpLayout,
} from './transport.ts';
export {
  authenticationBytes,
  AuthenticationHeader,
  authenticationHeaderProtocol,
  vrrpAdvertisement,
  vrrpGroup,
  VrrpHeader2,
  VrrpHeader3,
  vrrpProtocol,
} from './vrrp.ts';
