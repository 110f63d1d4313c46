import type { DirectorState } from '../director/index.ts';
import { DeviceKeeper } from './device-keeper.ts';
import type { MtuOf } from './execute.ts';
import { Foresight } from './foresight.ts';
import type { Instance } from './instance.ts';
import type { PlaneOptions } from './kernel-plane.ts';
import type { Logger } from './log.ts';
import { NetworkKeeper } from './network-keeper.ts';
import { NextHopKeeper } from './next-hop-keeper.ts';
import type { DataPlanePort, NetworkPort } from './ports.ts';
import { PeerKeeper } from './peer-keeper.ts';
import { PublishedState } from './published-state.ts';
import { RateEstimator } from './rate-estimator.ts';
import type { Settings } from './settings.ts';
import type { Synchroniser } from '../sync/index.ts';
import { Sweeper } from './sweeper.ts';
import { followNetwork, synchroniserOf } from './synchronising.ts';

export interface BalancingOptions {
  readonly instance: Instance;
  /** Identity of the network namespace, as it is saved. */
  readonly owner: string;
  readonly settings: Settings;
  readonly network: NetworkPort & Disposable;
  readonly openPlane: (options: PlaneOptions) => DataPlanePort;
  readonly log: Logger;
}

/** A data plane with everything that keeps it right. */
export interface Balancing {
  readonly plane: DataPlanePort;
  readonly state: PublishedState;
  readonly rates: RateEstimator;
  readonly mtuOf: MtuOf;
  readonly foresight: Foresight;
  readonly synchroniser: Synchroniser;
  /** Ends the keeping; with `destroy` the data plane, too. */
  end(destroy: boolean): void;
}

/**
 * Opens the data plane, puts the saved state in force and keeps it right from then on. The order matters to a
 * data plane that runs already: next hops are known before real servers are published, tables are full
 * before programs look at them.
 */
export function balance(options: BalancingOptions): Balancing {
  const { instance, owner, settings, log } = options;
  const ended: Disposable[] = [];
  const keep = <T extends Disposable>(part: T): T => {
    ended.unshift(part);
    return part;
  };
  const end = (): void => ended.forEach((part) => part[Symbol.dispose]());
  try {
    const network = keep(options.network);
    const plane = keep(options.openPlane({ ...settings, pinDirectory: instance.pinDirectory }));
    const nextHops = new NextHopKeeper({ network, plane, log, nowMs, random: Math.random });
    const devices = new DeviceKeeper({ plane, settings, log });
    const peers = settings.fastPath ? new PeerKeeper({ network, plane, log }) : undefined;
    const keeper = keep(new NetworkKeeper({ network, devices, nextHops, peers, log }));
    const file = instance.stateFile;
    const refreshNetwork = (): void => keeper.refresh();
    const synchroniser = keep(synchroniserOf(options, plane));
    const onChange = (changed: DirectorState): void => synchroniser.follow(changed);
    const inForce = { file, owner, plane, nextHops, devices, refreshNetwork, onChange, log };
    const state = keep(new PublishedState(instance.state, inForce));
    keeper.start();
    const rates = keep(new RateEstimator(plane, log, () => isEstimating(state.current)));
    keep(new Sweeper(plane, log));
    keep(followNetwork(network, () => synchroniser.follow(state.current)));
    return {
      plane,
      state,
      rates,
      foresight: keep(new Foresight({ plane, current: () => state.current, log })),
      synchroniser,
      mtuOf: (device) => network.devices().find(({ name }) => name === device)?.mtu,
      end: (destroy) => {
        if (destroy) plane.destroy();
        end();
      },
    };
  } catch (error) {
    end();
    throw error;
  }
}

const isEstimating = ({ settings }: DirectorState): boolean => settings.run_estimation !== 0;

const nowMs = (): number => performance.now();
