import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { atEnd, Namespace } from '../network/namespace.ts';

export const vip = '192.168.37.189';
/** Where each director's responder says who it is. */
export const questionPort = 9000;
export const directorNames = ['lvs-1', 'lvs-2'] as const;
export type DirectorName = (typeof directorNames)[number];
const addresses = { 'lvs-1': '192.168.37.181', 'lvs-2': '192.168.37.182' };
const router = { lan: '192.168.37.1', outside: '203.0.113.1' };
const client = '203.0.113.7';

/** A question to the VIP that was answered. */
export interface Answer {
  /** In ms of the machine's CLOCK_MONOTONIC. */
  readonly askedAtMs: number;
  readonly by: DirectorName;
}

/** The machine's CLOCK_MONOTONIC in ms: the same in all processes and namespaces. */
export const monotonicMs = (): number => Number(process.hrtime.bigint() / 1000n) / 1000;

/** Two directors on one segment, device ens33, and a client behind a router that asks the VIP who it is. */
export class PairNetwork {
  readonly directors: Readonly<Record<DirectorName, Namespace>>;
  /** In the order of their coming; a run empties it. */
  readonly answers: Answer[] = [];

  constructor() {
    const segment = new Namespace('fs');
    segment.ip('link add br0 type bridge');
    segment.ip('link set br0 up');
    const way = new Namespace('fr');
    plug(segment, way, 'router', router.lan);
    this.directors = {
      'lvs-1': plug(segment, new Namespace('f1'), 'lvs-1', addresses['lvs-1']),
      'lvs-2': plug(segment, new Namespace('f2'), 'lvs-2', addresses['lvs-2']),
    };
    way.sysctl('net.ipv4.ip_forward=1');
    for (const name of directorNames) {
      this.directors[name].ip(`route add default via ${router.lan}`);
      startScript(this.directors[name], 'responder.ts', name, `${questionPort}`);
    }
    this.#startClient(way);
  }

  #startClient(way: Namespace): void {
    const outside = new Namespace('fc');
    way.ip(`link add eth1 type veth peer name eth0 netns ${outside.name}`);
    address(way, 'eth1', router.outside);
    address(outside, 'eth0', client);
    outside.ip(`route add default via ${router.outside}`);
    const process = startScript(outside, 'client.ts', vip, `${questionPort}`);
    if (process.stdout === null) throw new Error('The client has no output');
    createInterface(process.stdout).on('line', (line) => {
      const [askedAt, by] = line.split(' ');
      const name = directorNames.find((one) => one === by);
      if (name !== undefined) this.answers.push({ askedAtMs: Number(askedAt), by: name });
    });
  }
}

function plug(segment: Namespace, host: Namespace, port: string, ip: string): Namespace {
  segment.ip(`link add ${port} type veth peer name ens33 netns ${host.name}`);
  segment.ip(`link set ${port} master br0`);
  segment.ip(`link set ${port} up`);
  address(host, 'ens33', ip);
  return host;
}

function address(host: Namespace, device: string, ip: string): void {
  host.ip(`address add ${ip}/24 dev ${device}`);
  host.ip(`link set ${device} up`);
}

/** Client and responders come before the load: the figures are about directors. */
function startScript(host: Namespace, script: string, ...words: readonly string[]): ChildProcess {
  const program = [process.execPath, '--import', 'tsx', `${import.meta.dirname}/${script}`];
  const within = ['netns', 'exec', host.name, 'nice', '--adjustment=-20', ...program, ...words];
  const child = spawn('ip', within, { stdio: ['ignore', 'pipe', 'inherit'] });
  atEnd(() => child.kill('SIGKILL'));
  return child;
}
