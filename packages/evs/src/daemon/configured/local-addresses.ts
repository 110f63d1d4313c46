import { Rtnetlink, watchRtnetlink, type Poll } from '../../linux/index.ts';
import type { IpAddress } from '../../packet/index.ts';

/** The addresses of this network namespace, watched while somebody wants to know. */
export class LocalAddresses {
  #addresses: ReadonlySet<IpAddress> = new Set();
  readonly #listeners = new Set<() => void>();
  #poll: Poll | undefined;
  /** A look is on its way. */
  #looks = false;

  /** Of those who listen only. */
  has(address: IpAddress): boolean {
    return this.#addresses.has(address);
  }

  /** Calls back with each change until it is disposed of. */
  listen(onChange: () => void): Disposable {
    this.#listeners.add(onChange);
    if (this.#poll === undefined) this.#begin();
    return {
      [Symbol.dispose]: () => {
        this.#listeners.delete(onChange);
        if (this.#listeners.size > 0) return;
        this.#poll?.[Symbol.dispose]();
        this.#poll = undefined;
      },
    };
  }

  /** A volley of changes is looked at once. */
  #begin(): void {
    this.#poll = watchRtnetlink({ addresses: true }, () => {
      if (this.#looks) return;
      this.#looks = true;
      setImmediate(() => {
        this.#looks = false;
        this.#read();
        for (const listener of this.#listeners) listener();
      });
    });
    this.#poll.unref();
    this.#read();
  }

  #read(): void {
    using netlink = new Rtnetlink();
    this.#addresses = new Set(netlink.addresses().map(({ address }) => address));
  }
}
