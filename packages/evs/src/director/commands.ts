import type {
  MarkRule,
  Persistence,
  RealServer,
  RealServerKey,
  ServiceKey,
  SynchronisationDaemon,
  SynchronisationRole,
  Timeouts,
} from './model.ts';
import type { DirectorSettings } from './settings.ts';

/** A virtual service as it is asked for: names are not looked up yet, and it has no real servers. */
export interface ServiceRequest {
  readonly key: ServiceKey;
  readonly scheduler: string;
  readonly schedulerFlags: number;
  readonly persistence?: Omit<Persistence, 'engine'>;
  /** Looked up always, used only with persistence. */
  readonly persistenceEngine?: string;
  readonly onePacket: boolean;
}

/** What an operator may ask a director to do. An edit replaces the whole object, as in ip_vs. */
export type Command =
  | { readonly kind: 'addService'; readonly service: ServiceRequest }
  | { readonly kind: 'editService'; readonly service: ServiceRequest }
  | { readonly kind: 'deleteService'; readonly key: ServiceKey }
  | { readonly kind: 'addRealServer'; readonly key: ServiceKey; readonly realServer: RealServer }
  | { readonly kind: 'editRealServer'; readonly key: ServiceKey; readonly realServer: RealServer }
  | {
      readonly kind: 'deleteRealServer';
      readonly key: ServiceKey;
      readonly realServer: RealServerKey;
    }
  | { readonly kind: 'clear' }
  /** Counters and rates, of one service or of all. */
  | { readonly kind: 'zero'; readonly key?: ServiceKey }
  | { readonly kind: 'addMarkRule'; readonly rule: MarkRule }
  | { readonly kind: 'deleteMarkRule'; readonly rule: MarkRule }
  /** 0 keeps the value. */
  | { readonly kind: 'setTimeouts'; readonly timeouts: Timeouts }
  /** Settings that are not named stay. */
  | { readonly kind: 'changeSettings'; readonly settings: Partial<DirectorSettings> }
  | {
      readonly kind: 'startDaemon';
      readonly daemon: SynchronisationDaemon;
      /** Of the device, which only the director itself knows; absent if there is none of that name. */
      readonly mtu?: number;
    }
  | { readonly kind: 'stopDaemon'; readonly role: SynchronisationRole };
