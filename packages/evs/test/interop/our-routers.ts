import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { DirectorClient } from '../../src/api/index.ts';
import { TestDaemon } from '../kernel/test-daemon.ts';
import type { TestNamespace } from '../kernel/network.ts';

/** The virtual routers of an evsd in a test namespace, which reads keepalived's language. */
export class OurRouters {
  readonly #daemon: TestDaemon;
  /** What earlier lives logged. */
  #past = '';

  constructor(namespace: TestNamespace) {
    this.#daemon = new TestDaemon(namespace);
  }

  get client(): DirectorClient {
    return this.#daemon.client;
  }

  get #file(): string {
    return path.join(this.#daemon.directory, 'evs.conf');
  }

  async start(configuration: string): Promise<void> {
    writeFileSync(this.#file, configuration);
    this.#past += this.#daemon.words;
    await this.#daemon.start('--use-file', this.#file, '--log-level', 'debug');
  }

  /** SIGHUP with another file. */
  reload(configuration: string): void {
    writeFileSync(this.#file, configuration);
    process.kill(this.#daemon.pid, 'SIGHUP');
  }

  end(signal: NodeJS.Signals): Promise<void> {
    return this.#daemon.kill(signal);
  }

  remove(): Promise<void> {
    return this.#daemon.remove();
  }

  /** Its log, of all its lives. */
  get words(): string {
    return this.#past + this.#daemon.words;
  }

  /** States that it entered, in turn; of one subject, if that is named. */
  told(subject?: string): readonly string[] {
    return this.words.split('\n').flatMap((line) => {
      const [, state] = /"msg":"Entering (\w+) STATE"/.exec(line) ?? [];
      const isOf = subject === undefined || line.includes(`"${subject}"`);
      return state !== undefined && isOf ? [state] : [];
    });
  }
}
