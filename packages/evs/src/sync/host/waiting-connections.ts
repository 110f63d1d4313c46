import type { SynchronisedConnection } from '../../director/index.ts';

/** As many as two directors may differ by for a moment, a few megabytes. */
const most = 16_384;

/**
 * Connections of other directors whose real server is not configured here yet. They are entered once it is; ip_vs keeps
 * them in its table meanwhile.
 */
export class WaitingConnections {
  readonly #entries = new Map<string, { connection: SynchronisedConnection; untilMs: number }>();

  get size(): number {
    return this.#entries.size;
  }

  /** The oldest gives way if there are too many. */
  add(connection: SynchronisedConnection, nowMs: number): void {
    const key = keyOf(connection);
    this.#entries.delete(key);
    if (this.#entries.size >= most) {
      const [oldest] = this.#entries.keys();
      if (oldest !== undefined) this.#entries.delete(oldest);
    }
    const untilMs = nowMs + 1_000 * (connection.timeoutSeconds ?? 180);
    this.#entries.set(key, { connection: copyOf(connection), untilMs });
  }

  /** All that are not over; none waits then. */
  take(nowMs: number): SynchronisedConnection[] {
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    return entries.filter(({ untilMs }) => untilMs > nowMs).map(({ connection }) => connection);
  }
}

const keyOf = (one: SynchronisedConnection): string =>
  [one.protocol, one.client, one.clientPort, one.virtual, one.virtualPort].join(' ');

/** Their addresses are parts of messages, which shall not be kept for that. */
const copyOf = (connection: SynchronisedConnection): SynchronisedConnection => ({
  ...connection,
  client: Uint8Array.from(connection.client),
  virtual: Uint8Array.from(connection.virtual),
  destination: Uint8Array.from(connection.destination),
});
