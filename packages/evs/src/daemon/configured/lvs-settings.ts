import { isDeepStrictEqual } from 'node:util';
import type { Configuration, LvsDefaults } from '../../config/index.ts';
import { changesTo, keyText, type Command, type DirectorState } from '../../director/index.ts';

export interface LvsSettingsOptions {
  readonly current: () => DirectorState;
  readonly execute: (commands: readonly Command[]) => unknown;
}

/** What global_defs says of all services: lvs_timeouts, lvs_flush, lvs_flush_on_stop. keepalived.conf(5). */
export class LvsSettings {
  readonly #options: LvsSettingsOptions;
  #timeouts: LvsDefaults['timeoutsSeconds'] = {};
  #begun = false;

  constructor(options: LvsSettingsOptions) {
    this.#options = options;
  }

  /** Once services are in place: those that nobody configured go at the start, and only then, if that is asked for. */
  follow({ global: { lvs }, virtualServers }: Configuration): void {
    if (lvs.flush && !this.#begun) {
      const ours = new Set(virtualServers.flatMap(({ services }) => services.map(keyText)));
      const keys = this.#options.current().services.map(({ key }) => key);
      this.#delete(keys.filter((key) => !ours.has(keyText(key))));
    }
    this.#begun = true;
    this.#setTimeouts(lvs.timeoutsSeconds);
  }

  /** At the end of the daemon services stay, unless the configuration says otherwise. */
  stop({ global: { lvs }, virtualServers }: Configuration): void {
    if (lvs.flushOnStop === 'all') this.#options.execute([{ kind: 'clear' }]);
    if (lvs.flushOnStop === 'services')
      this.#delete(virtualServers.flatMap(({ services }) => services));
  }

  #setTimeouts(wanted: LvsDefaults['timeoutsSeconds']): void {
    if (isDeepStrictEqual(wanted, this.#timeouts)) return;
    this.#timeouts = wanted;
    const { tcp = 0, tcpfin: tcpFin = 0, udp = 0 } = wanted;
    this.#options.execute([{ kind: 'setTimeouts', timeouts: { tcp, tcpFin, udp } }]);
  }

  #delete(keys: Parameters<typeof changesTo>[2]): void {
    const commands = changesTo(this.#options.current(), [], keys);
    if (commands.length > 0) this.#options.execute(commands);
  }
}
