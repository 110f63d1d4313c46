import type { ConfiguredRealServer, VirtualServer } from '../../config/index.ts';
import type { ScriptRunner } from '../scripts/index.ts';
import type { ServiceObserver, Why } from './service-observer.ts';

export interface ScriptObserverOptions {
  readonly scripts: Pick<ScriptRunner, 'run'>;
  /** keepalived.conf(5), rs_init_notifies. */
  readonly initNotifies: () => boolean;
  /** Gets a line for each event: lvs_notify_fifo and notify_fifo. */
  readonly write: (line: string) => void;
}

/** Runs notify_up, notify_down, quorum_up and quorum_down, and writes the same events to pipes. */
export class ScriptObserver implements ServiceObserver {
  readonly #options: ScriptObserverOptions;

  constructor(options: ScriptObserverOptions) {
    this.#options = options;
  }

  checker(): void {}

  failure(): void {}

  realServer(server: VirtualServer, real: ConfiguredRealServer, up: boolean, why: Why): void {
    const { scripts, initNotifies, write } = this.#options;
    if (why === 'begins' && !initNotifies()) return;
    const script = up ? real.notifyUp : real.notifyDown;
    if (script !== undefined) scripts.run(script);
    write(`RS ${real.label} ${server.label} ${up ? 'UP' : 'DOWN'}\n`);
  }

  weight(): void {}

  quorum(server: VirtualServer, has: boolean, _text: string, why: Why): void {
    const { scripts, write } = this.#options;
    if (why === 'begins' && !has) return;
    const script = has ? server.quorumUp : server.quorumDown;
    if (script !== undefined) scripts.run(script);
    write(`VS ${server.label} ${has ? 'UP' : 'DOWN'}\n`);
  }
}
