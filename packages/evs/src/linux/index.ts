export { readCounters } from './bpf/array-batch.ts';
export { attachClsact, ClsactFilter, findClsact } from './bpf/attach-clsact.ts';
export { attachTcx, countTcx } from './bpf/attach-tcx.ts';
export { attachXdp } from './bpf/attach-xdp.ts';
export type { Attachment } from './bpf/attachment.ts';
export { createMap, type CreateMapOptions } from './bpf/create-map.ts';
export { isBpfFileSystem, mountBpfFileSystem } from './bpf/file-system.ts';
export { setInnerMap } from './bpf/inner-map.ts';
export { KernelMap } from './bpf/kernel-map.ts';
export { KernelProgram } from './bpf/kernel-program.ts';
export { Link, openPinnedLink, type LinkKind } from './bpf/link.ts';
export { loadProgram, type LoadProgramOptions } from './bpf/load-program.ts';
export {
  linkInfo,
  mapInfo,
  programInfo,
  type LinkInfo,
  type MapInfo,
  type ProgramInfo,
} from './bpf/object-info.ts';
export { openPinnedMap, PinnedMapError, pinnedMapInfo } from './bpf/open-pinned-map.ts';
export { listPins, openPinned, pinExists, pinObject, unpin } from './bpf/pin.ts';
export { possibleCpuCount } from './bpf/possible-cpus.ts';
export { encodeProgramBtf } from './bpf/program-btf.ts';
export type { MapDescriptors } from './bpf/relocate.ts';
export { RingBufferReader } from './bpf/ring-buffer-reader.ts';
export { sourceLocation, type SourceLocation } from './bpf/source-location.ts';
export { supportsTcx } from './bpf/supports-tcx.ts';
export {
  runSyscallProgram,
  testRun,
  type SyscallRunResult,
  type TestRunOptions,
  type TestRunResult,
} from './bpf/test-run.ts';
export { VerifierError } from './bpf/verifier-error.ts';
export { EventDescriptor, lower, raise } from './event-descriptor.ts';
export { EventLoop, nodeLoop, type Loop } from './event-loop.ts';
export { scheduleThread, type ThreadSchedule } from './thread-schedule.ts';
export { makePipe } from './make-pipe.ts';
export {
  kernelFeatures,
  kernelRelease,
  parseKernelRelease,
  requireKernel,
  type KernelFeatures,
  type KernelRelease,
} from './kernel.ts';
export {
  ipvsProtocols,
  type IpvsDaemon,
  type IpvsRealServer,
  type IpvsService,
  type IpvsServiceKey,
  type IpvsTimeouts,
} from './ipvs/objects.ts';
export { KernelIpvs } from './ipvs/kernel-ipvs.ts';
export { requirePrivilege } from './privilege.ts';
export { lockFile, type FileLock } from './lock-file.ts';
export { currentNetworkNamespace, type NetworkNamespace } from './namespace-identity.ts';
export { withNetworkNamespace } from './namespace.ts';
export { addressScope, type InterfaceAddress, type NewAddress } from './netlink/address.ts';
export type { NewMacvlan } from './netlink/edit-link.ts';
export {
  routeMetrics,
  type NewRoute,
  type NextHop,
  type RouteMetric,
} from './netlink/edit-route.ts';
export { ruleActions, type NewRule, type RuleAction } from './netlink/edit-rule.ts';
export type { NetworkLink, XdpMode } from './netlink/link.ts';
export type { Neighbour, NeighbourState } from './netlink/neighbour.ts';
export { NetlinkError } from './netlink/netlink-error.ts';
export type { Route, RouteTo, RouteType } from './netlink/route.ts';
export { Rtnetlink } from './netlink/rtnetlink.ts';
export type { Direction, Filter, FilterPlace } from './netlink/traffic-control.ts';
export {
  watchRtnetlink,
  watchRtnetlinkOn,
  type RtnetlinkEvent,
  type RtnetlinkGroups,
} from './netlink/watch.ts';
export { capture, etherType, PacketSocket, type PacketSocketOptions } from './packet-socket.ts';
export { PingSocket } from './ping-socket.ts';
export { pollReadable, type Poll } from './poll.ts';
export { RawIpSocket, type Ipv6Packet, type OnPacket } from './raw-ip-socket.ts';
export { Socket, type Received, type SocketKind } from './socket.ts';
export {
  checked,
  errnoName,
  isErrno,
  isErrnoCode,
  SystemCallError,
  type SystemCallErrorOptions,
} from './system-call.ts';
export { connectTcp, type TcpTarget } from './tcp-connect.ts';
export { DatagramSocket } from './datagram-socket.ts';
export { closeDescriptor } from './close-descriptor.ts';
export type { SocketOrigin } from './socket-origin.ts';
export { configuredTicks, jiffies, measuredTicks, nearestRate, ticksPerSecond } from './ticks.ts';
export { UdpSocket, type OnDatagram } from './udp-socket.ts';
