import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestNamespace } from '../kernel/network.ts';

/** The real keepalived in a test namespace, VRRP and BFD only. */
export class Keepalived {
  readonly #namespace: TestNamespace;
  readonly #directory = mkdtempSync(path.join(tmpdir(), 'evs-keepalived-'));
  #child: ChildProcess | undefined;
  /** Its log. */
  words = '';

  constructor(namespace: TestNamespace) {
    this.#namespace = namespace;
  }

  start(configuration: string): void {
    const file = path.join(this.#directory, 'keepalived.conf');
    writeFileSync(file, configuration);
    const options = ['--vrrp', '--dont-fork', '--log-console', '--log-detail', '--use-file', file];
    const pids = [
      '--pid',
      path.join(this.#directory, 'parent.pid'),
      '--vrrp_pid',
      path.join(this.#directory, 'vrrp.pid'),
      '--bfd_pid',
      path.join(this.#directory, 'bfd.pid'),
    ];
    const words = ['netns', 'exec', this.#namespace.name, 'keepalived', ...options, ...pids];
    const child = spawn('ip', words, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.words += text));
    }
    this.#child = child;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** A vrrp_instance with the tutorial's settings, changed where a test says so. */
export function vrrpInstance(
  changes: Readonly<Record<string, string>>,
  rest = '',
  addresses: readonly string[] = ['10.9.0.100/24'],
  name = 'VI_1',
): string {
  const settings = {
    state: 'BACKUP',
    interface: 'eth0',
    virtual_router_id: '51',
    priority: '50',
    advert_int: '1',
    version: '2',
    ...changes,
  };
  const lines = Object.entries(settings).map(([keyword, value]) => `  ${keyword} ${value}`);
  return `vrrp_instance ${name} {
${lines.join('\n')}
  virtual_ipaddress {
${addresses.map((address) => `    ${address}`).join('\n')}
  }
${rest}
}
`;
}

export const passwordBlock = (password: string): string => `  authentication {
    auth_type PASS
    auth_pass ${password}
  }`;
