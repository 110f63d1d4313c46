export { DataPlane, type DataPlaneOptions } from './data-plane.ts';
export type { Device, DeviceHook } from './control/attachment.ts';
export type { NextHop } from './control/next-hops.ts';
export { defaultCapacities, type Capacities } from './maps.ts';
