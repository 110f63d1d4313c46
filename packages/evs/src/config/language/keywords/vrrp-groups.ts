import { group, ignored, list, rare } from '../spec.ts';
import { flag, many } from '../value.ts';
import { seconds } from '../values/numbers.ts';
import { device, name } from '../values/words.ts';
import { notifications, tracking } from './vrrp-instance.ts';

export const vrrpSyncGroup = group(
  'common',
  name,
  {
    group: list('core', flag, many(name), 'virtual routers that change state together'),
    sync_group_tracking_weight: rare(flag, 'weights of trackers count in its members'),
    global_tracking: ignored(flag, 'nothing', { deprecated: 'nothing in its place', told: true }),
    ...tracking,
    ...notifications,
  },
  'virtual routers that are active together or not at all',
);

export const garpGroup = group(
  'rare',
  flag,
  {
    garp_interval: rare(seconds(0, 4_294), 'time between two announcements by ARP', {
      initial: '0',
    }),
    gna_interval: rare(seconds(0, 4_294), 'time between two neighbour advertisements', {
      initial: '0',
    }),
    interface: rare(device, 'one device'),
    interfaces: list('rare', flag, many(device), 'several devices'),
  },
  'devices that share one bound on announcements',
);

export const trackGroup = group(
  'rare',
  name,
  { group: list('rare', flag, many(name), 'virtual routers') },
  'virtual routers with a fault while a device of static addresses, routes or rules is down',
);
