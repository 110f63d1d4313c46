export {
  burstsFor,
  defaultAnnouncements,
  type AnnouncementPlan,
  type Burst,
} from './announcements.ts';
export { encodeAdvertisement, type Advertisement, type Way } from './advertisement.ts';
export type { NotifiedState, RouterEffect, RouterEvent } from './effects.ts';
export { initialScript, stepScript, type ScriptState } from './script.ts';
export { initialGroup, stepGroup, type GroupEffect, type RunningGroup } from './sync-group.ts';
export {
  effectivePriority,
  standingOf,
  type Reading,
  type Standing,
  type Track,
} from './tracking.ts';
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
export type {
  EngineCommand,
  EnginePlan,
  GroupPlan,
  HeartbeatPlan,
  HeldAddress,
  HeldRoute,
  AddressVmac,
  Holdings,
  RouterPlan,
} from './host/plan.ts';
export { Engine } from './host/engine.ts';
export type { HeartbeatStatus } from './host/heartbeat-path.ts';
export type { Notification, Observer, Split } from './host/ports.ts';
export type { VirtualRouterStatus } from './host/router-host.ts';
export {
  serveEngine,
  type EngineData,
  type EngineReport,
  type EngineStatus,
} from './thread/serve-engine.ts';
export { EngineThread } from './thread/engine-thread.ts';
