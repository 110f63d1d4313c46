export {
  burstsFor,
  defaultAnnouncements,
  type AnnouncementPlan,
  type Burst,
} from './announcements.ts';
export { encodeAdvertisement, type Advertisement, type Way } from './advertisement.ts';
export type { NotifiedState, RouterEffect, RouterEvent } from './effects.ts';
export { effectivePriority, type Contribution } from './priority.ts';
export {
  receive,
  rejections,
  type Arrival,
  type Rejection,
  type ValidAdvertisement,
} from './receive.ts';
export type { Step } from './state/transitions.ts';
export { step } from './step.ts';
export {
  initialRouter,
  type RunningRouter,
  type UnicastPeer,
  type VirtualRouter,
  type VirtualRouterState,
} from './virtual-router.ts';
export { Ipv4Segment, type SegmentOptions, type VirtualAddress } from './host/ipv4-segment.ts';
export { systemClock, type Clock, type Observer, type Segment } from './host/ports.ts';
export {
  VirtualRouterHost,
  type HostOptions,
  type VirtualRouterStatus,
} from './host/virtual-router-host.ts';
