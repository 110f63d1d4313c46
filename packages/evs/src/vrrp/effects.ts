import type { IpAddress } from '../packet/index.ts';
import type { ValidAdvertisement } from './receive.ts';
import type { VirtualRouter } from './virtual-router.ts';

/** What happens to a virtual router. */
export type RouterEvent =
  /** `asBackup`: the owner of the addresses, too. */
  | { readonly kind: 'start'; readonly asBackup?: true }
  /** `deleted`: from the configuration, too. */
  | { readonly kind: 'stop'; readonly deleted?: boolean }
  | { readonly kind: 'advertisement'; readonly advertisement: ValidAdvertisement }
  /** How late it fired: this process was held up for so long. */
  | { readonly kind: 'activeDownTimer'; readonly lateMs?: number }
  | { readonly kind: 'advertiseTimer' }
  | { readonly kind: 'preemptDelayTimer' }
  /** It has waited long enough for the active router's connections. */
  | { readonly kind: 'connectionsTimer' }
  /** The active router's connections are here, or it has none to tell. */
  | { readonly kind: 'connectionsKnown' }
  /** Something without which it cannot take part is gone: an interface, a script's success. */
  | { readonly kind: 'fault'; readonly cause: string; readonly following?: true }
  | { readonly kind: 'mended'; readonly cause: string }
  /** Another member of its sync group has changed, and all change together. */
  | { readonly kind: 'follow'; readonly to: 'active' | 'backup' }
  /** It would be active, and the rest of its sync group not yet. */
  | { readonly kind: 'awaitGroup' }
  /** One of its addresses was taken from the interface by somebody. */
  | { readonly kind: 'addressLost' }
  /** The sum of what trackers contribute has changed; 1 to 254. */
  | { readonly kind: 'priority'; readonly priority: number }
  | { readonly kind: 'primaryAddress'; readonly address: IpAddress }
  /** Other settings of the same virtual router. */
  | { readonly kind: 'reconfigure'; readonly config: VirtualRouter };

/** What a step asks the daemon to do, in this order. */
export type RouterEffect =
  | { readonly kind: 'advertise'; readonly priority: number }
  | { readonly kind: 'startActiveDownTimer'; readonly ms: number }
  | { readonly kind: 'startAdvertiseTimer'; readonly ms: number }
  | { readonly kind: 'startPreemptDelayTimer'; readonly ms: number }
  | { readonly kind: 'startConnectionsTimer'; readonly ms: number }
  /** All of them. */
  | { readonly kind: 'stopTimers' }
  | { readonly kind: 'addAddresses' }
  | { readonly kind: 'removeAddresses' }
  /** Gratuitous ARP or unsolicited neighbour advertisements. */
  | { readonly kind: 'announceAddresses'; readonly because: 'active' | 'lowerPriority' }
  | { readonly kind: 'notify'; readonly state: NotifiedState; readonly priority: number }
  | { readonly kind: 'log'; readonly text: string };

/** States as scripts and mails of keepalived name them. */
export type NotifiedState =
  | 'MASTER'
  | 'BACKUP'
  | 'FAULT'
  | 'STOP'
  | 'DELETED'
  | 'MASTER_RX_LOWER_PRI'
  | 'MASTER_PRIORITY'
  | 'BACKUP_PRIORITY';
