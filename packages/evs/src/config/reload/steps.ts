import type { TableCommand } from '../../director/index.ts';
import type { Checker } from '../model/checker.ts';
import type {
  Configuration,
  SyncGroup,
  VirtualRouter,
  VirtualServer,
} from '../model/configuration.ts';

/** Which real server of which virtual server a checker watches. */
export interface CheckedServer {
  readonly virtualServer: string;
  readonly realServer: string;
}

/** The parts of a configuration that are taken over as a whole. */
export type SettingsPart = Exclude<
  keyof Configuration,
  'virtualServers' | 'virtualRouters' | 'syncGroups'
>;

/** A change of the director's table, as its commands are. Edits keep connections, as with `ipvsadm -E` and `-e`. */
export type DirectorStep = TableCommand;

/** One thing to do on the way from a running configuration to a wanted one. What stays needs no step. */
export type ReloadStep =
  | { readonly kind: 'changeSettings'; readonly part: SettingsPart }
  | { readonly kind: 'removeSyncGroup'; readonly group: SyncGroup }
  | { readonly kind: 'removeVirtualRouter'; readonly router: VirtualRouter }
  | ({ readonly kind: 'stopChecker'; readonly checker: Checker } & CheckedServer)
  | DirectorStep
  /** Quorum, sorry server, scripts, mail: what is no part of the director's table. */
  | { readonly kind: 'changeVirtualServer'; readonly server: VirtualServer }
  | ({ readonly kind: 'startChecker'; readonly checker: Checker } & CheckedServer)
  /** Other times, the same check: what it knows about its server stays. */
  | ({ readonly kind: 'editChecker'; readonly checker: Checker } & CheckedServer)
  /** Other words, the same router: its state stays. */
  | {
      readonly kind: 'editVirtualRouter';
      readonly before: VirtualRouter;
      readonly after: VirtualRouter;
    }
  | { readonly kind: 'addVirtualRouter'; readonly router: VirtualRouter }
  | { readonly kind: 'setSyncGroup'; readonly group: SyncGroup };
