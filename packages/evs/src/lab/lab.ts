import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { EvsError } from '../errors/index.ts';
import { isBpfFileSystem } from '../linux/index.ts';
import { clearLab } from './clearance.ts';
import {
  execute,
  executeInBackground,
  type Argv,
  type ExecuteOptions,
  type Outcome,
} from './execute.ts';
import {
  bpfFileSystem,
  claimName,
  labDirectory,
  launcherDirectory,
  updateRecord,
  writeRecord,
  type LabRecord,
} from './lab-files.ts';
import { namespaceOf, networkSteps } from './network.ts';
import { labEnvironment, writeLaunchers, type Programs } from './programs.ts';
import { commandLine, step, type Step } from './step.ts';
import { realServers, type Topology } from './topology.ts';
import type { Transcript } from './transcript.ts';
import { builtInServer, nginx } from './web-server.ts';

/** Exit status of a command that does not exist. */
const notFound = 127;

export interface LabOptions {
  readonly topology: Topology;
  /** What is set up on the network before the web servers start. */
  readonly setUp: readonly Step[];
  /** Absent: the first free one of `evs`, `evs2`, `evs3` … */
  readonly name?: string | undefined;
  readonly programs: Programs;
  readonly transcript: Transcript;
  /** Do without nginx, also if it is installed. */
  readonly builtInServer: boolean;
  /** Aborted when the lab is to stop what it does. */
  readonly signal: AbortSignal;
}

/** The tutorial's network, in network namespaces. Whoever builds one calls `down` or `keep`. */
export class Lab {
  readonly name: string;
  readonly directory: string;
  readonly transcript: Transcript;
  readonly #options: ExecuteOptions;

  private constructor(name: string, options: LabOptions) {
    this.name = name;
    this.directory = labDirectory(name);
    this.transcript = options.transcript;
    const launchers = launcherDirectory(name);
    writeLaunchers(options.programs, launchers);
    this.#options = { environment: labEnvironment(launchers), signal: options.signal };
  }

  /** Builds the network and starts the web servers. Throws E_LAB, with nothing left behind. */
  static async build(options: LabOptions): Promise<Lab> {
    const name = claimName(options.name);
    writeRecord({ name, pid: process.pid, kept: false, modules: [] });
    const lab = new Lab(name, options);
    try {
      await lab.#buildNetwork(options);
      await lab.#startWebServers(options.builtInServer);
    } catch (error) {
      await lab.down();
      throw error;
    }
    return lab;
  }

  /** Runs a step and returns what it printed. Throws E_LAB if it fails. */
  async run(command: Step): Promise<string> {
    this.transcript.step(command);
    const { status, stdout, stderr } = await this.#execute(command);
    if (status === 0) return stdout;
    const where = command.at === undefined ? '' : ` on ${command.at}`;
    const reason = (stderr.trim() || stdout.trim()).replace(/\.$/, '');
    throw new EvsError('E_LAB', `Cannot run ${commandLine(command.argv)}${where}: ${reason}`, {
      hint:
        status === notFound
          ? 'The lab needs iproute2, curl and procps, and nginx if there is to be one'
          : `It ended with status ${status}`,
    });
  }

  async runAll(steps: readonly Step[]): Promise<void> {
    for (const each of steps) await this.run(each);
  }

  /** Starts a step that goes on running, and hands out the process; its input and output are pipes. */
  start(command: Step): ChildProcess {
    this.transcript.step(command);
    const [file, ...words] = this.#whole(command);
    return spawn(file, words, {
      env: { ...this.#options.environment },
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  }

  /** Runs a step without telling, and hands out how it ended. */
  try(command: Step): Promise<Outcome> {
    return this.#execute(command);
  }

  /** Loads a kernel module, which is unloaded when the lab goes. Whether it is there now. */
  async loadModule(name: string): Promise<boolean> {
    if (existsSync(`/sys/module/${name}`)) return true;
    const { status } = await this.try(step(undefined, `modprobe ${name}`));
    if (status !== 0) return false;
    const add = (record: LabRecord): LabRecord => ({
      ...record,
      modules: [...record.modules, name],
    });
    updateRecord(this.name, add);
    this.transcript.step(step(undefined, `modprobe ${name}`));
    return true;
  }

  /** Removes everything. May be called more than once, also after `signal` was aborted. */
  async down(): Promise<void> {
    await clearLab(this.name, { environment: this.#options.environment });
  }

  /** Leaves the lab standing when this process ends. */
  keep(): void {
    updateRecord(this.name, (record) => ({ ...record, kept: true }));
  }

  async #buildNetwork({ topology, setUp }: LabOptions): Promise<void> {
    this.transcript.heading('The network');
    const bridgeNetfilter = existsSync('/proc/sys/net/bridge/bridge-nf-call-iptables');
    await this.runAll(bpfFileSystemSteps());
    await this.runAll(networkSteps(this.name, topology, { bridgeNetfilter }));
    await this.runAll(setUp);
  }

  async #startWebServers(builtIn: boolean): Promise<void> {
    const installed = !builtIn && (await this.try(step(undefined, 'nginx -v'))).status === 0;
    for (const host of realServers) {
      const directory = path.join(this.directory, host);
      await this.run(installed ? nginx(host, directory) : builtInServer(host));
    }
  }

  #whole({ at, argv }: Step): Argv {
    return at === undefined ? argv : ['ip', 'netns', 'exec', namespaceOf(this.name, at), ...argv];
  }

  async #execute(command: Step): Promise<Outcome> {
    const whole = this.#whole(command);
    if (command.background !== true) return execute(whole, this.#options);
    await executeInBackground(whole, this.#options);
    return { status: 0, stdout: '', stderr: '' };
  }
}

/** Pins outlive a process only where the file system was mounted before `ip netns exec` copied the mounts. */
const bpfFileSystemSteps = (): Step[] =>
  isBpfFileSystem(bpfFileSystem)
    ? []
    : [
        step(undefined, `mkdir -p ${bpfFileSystem}`),
        step(undefined, `mount -t bpf -o mode=0700 bpf ${bpfFileSystem}`),
      ];
