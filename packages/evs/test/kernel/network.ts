import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { patient } from './slowness.ts';

let made = 0;

/** A name that no other test run uses, short enough for a device. */
export const uniqueName = (prefix: string): string => `${prefix}${process.pid}-${made++}`;

/** Runs a command to its end and gives what it printed; throws with its error text if it fails. */
export const run = (command: string, ...args: readonly string[]): string =>
  execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** `ip` with a command line as one would type it. */
export const ip = (line: string): string => run('ip', ...line.split(' '));

/** A network namespace of a test; dispose of it to delete it with its devices. */
export class TestNamespace implements Disposable {
  readonly name: string;

  constructor(prefix = 'evs') {
    this.name = uniqueName(prefix);
    ip(`netns add ${this.name}`);
    this.ip('link set lo up');
  }

  /** For `withNetworkNamespace`. */
  get path(): string {
    return `/run/netns/${this.name}`;
  }

  /** `ip` within the namespace. */
  ip(line: string): string {
    return ip(`-n ${this.name} ${line}`);
  }

  /** Runs a program within the namespace. */
  run(command: string, ...args: readonly string[]): string {
    return run('ip', 'netns', 'exec', this.name, command, ...args);
  }

  ifindex(device: string): number {
    const [link] = JSON.parse(this.ip(`-j link show dev ${device}`)) as { ifindex: number }[];
    return link?.ifindex ?? 0;
  }

  mac(device: string): string {
    const [link] = JSON.parse(this.ip(`-j link show dev ${device}`)) as { address: string }[];
    return link?.address ?? '';
  }

  /**
   * Whether a host answers before long: it refuses a connection to a closed TCP port, instead of staying silent. The
   * question is asked again after a second, and after three.
   */
  reaches(address: string, { withinMs = 5000, port = 9 } = {}): boolean {
    const script = `timeout ${patient(withinMs) / 1000} bash -c '</dev/tcp/${address}/${port}' 2>/dev/null; echo $?`;
    return this.run('bash', '-c', script).trim() === '1';
  }

  [Symbol.dispose](): void {
    ip(`netns del ${this.name}`);
  }
}

/** An end of a cable: a device name in a namespace, with an address such as `10.0.0.1/24` if it has one. */
export interface CableEnd {
  readonly namespace: TestNamespace;
  readonly device: string;
  readonly address?: string;
}

/** Joins two namespaces by a pair of veth devices, up and addressed, without address detection delays. */
export function cable(a: CableEnd, b: CableEnd): void {
  a.namespace.ip(`link add ${a.device} type veth peer name ${b.device} netns ${b.namespace.name}`);
  for (const { namespace, device, address } of [a, b]) {
    if (address !== undefined) {
      const noDetection = address.includes(':') ? ' nodad' : '';
      namespace.ip(`addr add ${address} dev ${device}${noDetection}`);
    }
    namespace.ip(`link set ${device} up`);
  }
}

/** Two namespaces with one cable, `left` 10.9.0.1 and `right` 10.9.0.2, device `eth0` in both. */
export class TestPair implements Disposable {
  readonly left = new TestNamespace('evsl');
  readonly right = new TestNamespace('evsr');

  constructor() {
    cable(
      { namespace: this.left, device: 'eth0', address: '10.9.0.1/24' },
      { namespace: this.right, device: 'eth0', address: '10.9.0.2/24' },
    );
  }

  [Symbol.dispose](): void {
    this.left[Symbol.dispose]();
    this.right[Symbol.dispose]();
  }
}

/** Waits until `read` gives something, for some seconds. */
export async function eventually<T>(read: () => T | undefined): Promise<T> {
  for (let waitedMs = 0; waitedMs < patient(10_000); waitedMs += 10) {
    const value = read();
    if (value !== undefined) return value;
    await sleep(10);
  }
  throw new Error('It did not happen in time');
}
