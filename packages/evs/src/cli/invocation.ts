import type { Command, ServiceKey } from '../director/index.ts';

/** What a listing shows of each real server. */
export type ListingView =
  | 'default'
  | 'stats'
  | 'rate'
  | 'thresholds'
  | 'persistent-conn'
  | 'tun-info';

export interface ListingFormat {
  readonly view: ListingView;
  /** Addresses and ports as numbers, no names. */
  readonly numeric: boolean;
  /** Large numbers in full. */
  readonly exact: boolean;
  readonly sorted: boolean;
}

/** One command line, read. */
export type Invocation =
  | { readonly kind: 'change'; readonly command: Command }
  | { readonly kind: 'list'; readonly key?: ServiceKey; readonly format: ListingFormat }
  | {
      readonly kind: 'listConnections';
      readonly numeric: boolean;
      /** With columns for the data of persistence engines. */
      readonly engines: boolean;
    }
  | { readonly kind: 'listTimeouts' }
  | { readonly kind: 'listDaemons' }
  | { readonly kind: 'save'; readonly numeric: boolean }
  | { readonly kind: 'restore' }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' };
