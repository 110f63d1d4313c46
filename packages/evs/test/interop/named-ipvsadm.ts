import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run, type TestNamespace } from '../kernel/network.ts';
import type { Answer } from '../support/play-session.ts';

/** The words of scripts and habits: `ipvsadm`, `ipvsadm-save` and `ipvsadm-restore`, all of them evsadm. */
export class NamedIpvsadm implements Disposable {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'ipvsadm-'));
  readonly #host: TestNamespace;

  /** On a host that has no director yet. */
  constructor(host: TestNamespace) {
    this.#host = host;
    run('scripts/bundle');
    for (const name of ['ipvsadm', 'ipvsadm-save', 'ipvsadm-restore']) {
      symlinkSync(path.resolve('bin/evsadm'), path.join(this.#folder, name));
    }
  }

  /** Runs a shell command on the host, with our names first on the PATH. */
  shell(command: string, input = ''): Answer {
    const { stdout, stderr, status } = spawnSync(
      'ip',
      ['netns', 'exec', this.#host.name, 'bash', '-c', command],
      {
        input,
        encoding: 'utf8',
        env: { ...process.env, PATH: `${this.#folder}:${process.env['PATH'] ?? ''}` },
      },
    );
    return { output: stdout, errors: stderr, exitStatus: status ?? -1 };
  }

  /** Takes the director down. */
  [Symbol.dispose](): void {
    this.#host.run('bin/evs', 'down');
    rmSync(this.#folder, { recursive: true });
  }
}
