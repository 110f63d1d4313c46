/** What sessions of BFD have told: for checkers, and kept for those that come later. */
export class BfdSessions {
  readonly #known = new Map<string, boolean>();
  readonly #listeners = new Set<(name: string, up: boolean) => void>();

  /** A session is up or not. That one is down at its start says nothing: it may come up in a moment. */
  hear(name: string, up: boolean): void {
    if (!up && !this.#known.has(name)) return;
    this.#known.set(name, up);
    for (const listener of this.#listeners) listener(name, up);
  }

  /** Undefined: it has never been up. */
  isUp(name: string): boolean | undefined {
    return this.#known.get(name);
  }

  /** Calls back with each change until it is disposed of. */
  listen(name: string, onChange: (up: boolean) => void): Disposable {
    const listener = (changed: string, up: boolean): void => {
      if (changed === name) onChange(up);
    };
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }
}
