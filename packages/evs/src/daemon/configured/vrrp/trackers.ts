import { isDeepStrictEqual } from 'node:util';
import type { Configuration, TrackedProcess, TrackedScript } from '../../../config/index.ts';
import type { Reading } from '../../../vrrp/index.ts';
import type { Logger } from '../../log.ts';
import type { ScriptRunner } from '../../scripts/index.ts';
import type { TrackedFiles } from '../tracked-files.ts';
import { ProcessTracker } from './process-tracker.ts';
import { ScriptTracker } from './script-tracker.ts';
import { trackerName } from './tracker-name.ts';

interface TrackerOptions {
  readonly scripts: Pick<ScriptRunner, 'admit'>;
  readonly files: TrackedFiles;
  readonly log: Logger;
  readonly tell: (tracker: string, reading: Reading) => void;
}

/** Everything that virtual routers watch but devices: only what some router tracks is looked at. */
export class Trackers implements Disposable {
  readonly #options: TrackerOptions;
  readonly #scripts = new Map<string, ScriptTracker>();
  readonly #processes = new Map<string, ProcessTracker>();
  #files: readonly Disposable[] = [];

  constructor(options: TrackerOptions) {
    this.#options = options;
  }

  /** Those that did not change go on, knowing what they know. */
  follow({ scripts, processes, files, virtualRouters, syncGroups }: Configuration): void {
    const tracking = [...virtualRouters, ...syncGroups].map((one) => one.tracking);
    const used = (kind: 'scripts' | 'processes' | 'files') => {
      const names = new Set(tracking.flatMap((each) => each[kind].map(({ name }) => name)));
      return ({ name }: { readonly name: string }): boolean => names.has(name);
    };
    this.#followScripts(scripts.filter(used('scripts')));
    this.#followProcesses(processes.filter(used('processes')));
    this.#followFiles(files.filter(used('files')));
  }

  #followScripts(wanted: readonly TrackedScript[]): void {
    for (const [name, tracker] of this.#scripts) {
      if (wanted.some((script) => isDeepStrictEqual(script, tracker.script))) continue;
      tracker[Symbol.dispose]();
      this.#scripts.delete(name);
    }
    for (const script of wanted) if (!this.#scripts.has(script.name)) this.#beginScript(script);
  }

  #beginScript(script: TrackedScript): void {
    const { scripts, log, tell } = this.#options;
    const { command, runAs } = script;
    const account = scripts.admit({ ...command, ...(runAs !== undefined && { runAs }) });
    const told = (reading: Reading): void => {
      tell(trackerName('script', script.name), reading);
    };
    // One that must not run is ignored by those that track it, as keepalived has it.
    if (account === undefined) told({ up: true });
    else this.#scripts.set(script.name, new ScriptTracker(script, account, { log, tell: told }));
  }

  #followProcesses(wanted: readonly TrackedProcess[]): void {
    for (const [name, tracker] of this.#processes) {
      if (wanted.some((process) => isDeepStrictEqual(process, tracker.tracked))) continue;
      tracker[Symbol.dispose]();
      this.#processes.delete(name);
    }
    for (const process of wanted) {
      if (this.#processes.has(process.name)) continue;
      const tracker = new ProcessTracker(process, (reading) => {
        this.#options.tell(trackerName('process', process.name), reading);
      });
      this.#processes.set(process.name, tracker);
    }
  }

  #followFiles(wanted: readonly { readonly name: string }[]): void {
    const { files, tell } = this.#options;
    for (const listener of this.#files) listener[Symbol.dispose]();
    this.#files = wanted.map(({ name }) => {
      const told = (value: number): void => {
        tell(trackerName('file', name), { value });
      };
      told(files.value(name));
      return files.listen(name, told);
    });
  }

  [Symbol.dispose](): void {
    for (const tracker of [...this.#scripts.values(), ...this.#processes.values()]) {
      tracker[Symbol.dispose]();
    }
    for (const listener of this.#files) listener[Symbol.dispose]();
  }
}
