import type { IpAddress } from '../packet/index.ts';
import type { ValidAdvertisement } from './receive.ts';

/** What happens to a virtual router. */
export type RouterEvent =
  | { readonly kind: 'start' }
  | { readonly kind: 'stop' }
  | { readonly kind: 'advertisement'; readonly advertisement: ValidAdvertisement }
  | { readonly kind: 'activeDownTimer' }
  | { readonly kind: 'advertiseTimer' }
  | { readonly kind: 'preemptDelayTimer' }
  /** Something without which it cannot take part is gone: an interface, a script's success. */
  | { readonly kind: 'fault'; readonly cause: string }
  | { readonly kind: 'mended'; readonly cause: string }
  /** One of its addresses was taken from the interface by somebody. */
  | { readonly kind: 'addressLost' }
  /** The sum of what trackers contribute has changed; 1 to 254. */
  | { readonly kind: 'priority'; readonly priority: number }
  | { readonly kind: 'primaryAddress'; readonly address: IpAddress };

/** What a step asks the daemon to do, in this order. */
export type RouterEffect =
  | { readonly kind: 'advertise'; readonly priority: number }
  | { readonly kind: 'startActiveDownTimer'; readonly ms: number }
  | { readonly kind: 'startAdvertiseTimer'; readonly ms: number }
  | { readonly kind: 'startPreemptDelayTimer'; readonly ms: number }
  /** All three. */
  | { readonly kind: 'stopTimers' }
  | { readonly kind: 'addAddresses' }
  | { readonly kind: 'removeAddresses' }
  /** Gratuitous ARP or unsolicited neighbour advertisements. */
  | { readonly kind: 'announceAddresses'; readonly because: 'active' | 'lowerPriority' }
  | { readonly kind: 'notify'; readonly state: NotifiedState; readonly priority: number }
  | { readonly kind: 'log'; readonly text: string };

/** States as scripts and mails of keepalived name them. */
export type NotifiedState = 'MASTER' | 'BACKUP' | 'FAULT' | 'STOP' | 'MASTER_RX_LOWER_PRI';
