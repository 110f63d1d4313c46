import type { DirectorState } from '../director/model.ts';
import type { DeviceKeeper } from './device-keeper.ts';
import type { Logger } from './log.ts';
import type { NextHopKeeper } from './next-hop-keeper.ts';
import type { DataPlanePort } from './ports.ts';
import { RealServerAddresses } from './real-server-addresses.ts';
import type { StateFile } from './state-file.ts';

export interface PublishedStateOptions {
  readonly file: Pick<StateFile, 'write' | 'append' | 'isLong'>;
  /** Identity of the network namespace, as it is saved. */
  readonly owner: string;
  readonly plane: Pick<DataPlanePort, 'publish'>;
  readonly nextHops: Pick<NextHopKeeper, 'change'>;
  readonly devices: Pick<DeviceKeeper, 'leaveAll'>;
  /** Has devices attached to, and those let go that are gone. */
  readonly refreshNetwork: () => void;
  /** A state has come into force. */
  readonly onChange?: (state: DirectorState) => void;
  readonly log: Logger;
}

/** A file that has grown long is written anew a moment later, when nobody waits for an answer. */
const shortenAfterMs = 1000;

/**
 * The state that is in force: saved in the file first, then in the data plane. A daemon that is killed in
 * between does the second half when it is started again.
 */
export class PublishedState implements Disposable {
  readonly #options: PublishedStateOptions;
  readonly #addresses = new RealServerAddresses();
  #current: DirectorState;
  #shortening: NodeJS.Timeout | undefined;

  /** Takes `saved` for what the file holds already and puts it in force. No device is attached to yet. */
  constructor(saved: DirectorState, options: PublishedStateOptions) {
    this.#options = options;
    this.#current = saved;
    this.#publish(saved);
  }

  get current(): DirectorState {
    return this.#current;
  }

  /** Puts another state in force. If that fails, all is as before, and the reason is thrown. */
  replace(next: DirectorState): void {
    if (next === this.#current) return;
    const { file, owner } = this.#options;
    file.append(this.#current, { owner, state: next });
    try {
      this.#enforce(next);
    } catch (error) {
      this.#restore();
      throw error;
    }
    this.#current = next;
    this.#options.onChange?.(next);
    if (file.isLong) this.#shortening ??= setTimeout(() => this.#shorten(), shortenAfterMs);
  }

  #shorten(): void {
    const { file, owner, log } = this.#options;
    this.#shortening = undefined;
    try {
      file.write({ owner, state: this.#current });
    } catch (error) {
      log.error({ err: error }, 'Cannot shorten the state file');
    }
  }

  /**
   * Programs come with the first service. Devices are attached to after that and not by it: a driver that
   * does not take XDP is then no reason to refuse the service, and the device gets the program by tc.
   */
  #enforce(state: DirectorState): void {
    const { devices, refreshNetwork, log } = this.#options;
    const first = this.#current.services.length === 0 && state.services.length > 0;
    if (first) devices.leaveAll();
    try {
      this.#publish(state);
    } catch (error) {
      log.debug(
        { err: error },
        'The state was refused; trying again with the devices that are there',
      );
      refreshNetwork();
      this.#publish(state);
    }
    if (first) refreshNetwork();
  }

  /** Next hops are known before packets are sent there. */
  #publish(state: DirectorState): void {
    const { nextHops, plane } = this.#options;
    nextHops.change(this.#addresses.update(state));
    plane.publish(state);
  }

  #restore(): void {
    const { file, owner, log } = this.#options;
    try {
      file.write({ owner, state: this.#current });
      this.#enforce(this.#current);
    } catch (error) {
      log.error({ err: error }, 'Cannot go back to the state before a change that failed');
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#shortening);
  }
}
