import { step, type Step } from '../step.ts';
import type { DirectorName } from '../topology.ts';

/** Something that happens to a director, and what must follow. */
export interface Happening {
  readonly name: 'start' | 'stop' | 'kill' | 'cut' | 'restart' | 'heal';
  readonly title: string;
  readonly steps: readonly Step[];
  /** Who answers for the VIP then. */
  readonly holder: DirectorName;
  /** The other keeps the address on its device: nobody is there to take it off. */
  readonly bothHold: boolean;
  /** By when it has taken over, as the protocol says; undefined: it takes its time to come back. */
  readonly takeOverMs?: number;
  /** Requests are answered all the while: a data plane goes on without its daemon. */
  readonly seamless: boolean;
}

/** Of the tutorial's backup, RFC 3768 section 6.1: (256 - 50) / 256 of a second. */
const skewMs = 805;
/** Three intervals of a second besides. */
const activeDownMs = 3_000 + skewMs;

/** Where the files of a director are. */
export interface DirectorFiles {
  readonly configuration: string;
  /** Holds the process id of its daemon. */
  readonly pid: string;
}

const startSteps = (director: DirectorName, { configuration }: DirectorFiles): Step[] => [
  step(director, `evsd --detach -f ${configuration}`),
];

const kill = (director: DirectorName, signal: string, { pid }: DirectorFiles): Step => {
  const typed = `kill -${signal} $(cat ${pid})`;
  return { at: director, argv: ['sh', '-c', typed], typed };
};

/** The end of a cable at the switch. */
const cable = (director: DirectorName, way: 'up' | 'down'): Step =>
  step('switch', `ip link set ${director} ${way}`);

/** What happens in the lab, in this order: every loss of the first director is followed by its return. */
export function happenings(files: Readonly<Record<DirectorName, DirectorFiles>>): Happening[] {
  const first = files['lvs-1'];
  const back = {
    title: 'lvs-1 is started again',
    name: 'restart',
    steps: startSteps('lvs-1', first),
    holder: 'lvs-1',
    bothHold: false,
    seamless: true,
  } as const;
  return [
    {
      name: 'start',
      title: 'Both directors start; the higher priority is active',
      steps: [...startSteps('lvs-1', first), ...startSteps('lvs-2', files['lvs-2'])],
      holder: 'lvs-1',
      bothHold: false,
      seamless: false,
    },
    {
      name: 'stop',
      title: 'The daemon of lvs-1 is stopped: it says goodbye',
      steps: [kill('lvs-1', 'TERM', first)],
      holder: 'lvs-2',
      bothHold: false,
      takeOverMs: skewMs,
      seamless: true,
    },
    back,
    {
      name: 'kill',
      title: 'The daemon of lvs-1 is killed: its data plane goes on until lvs-2 takes over',
      steps: [kill('lvs-1', 'KILL', first)],
      holder: 'lvs-2',
      bothHold: true,
      takeOverMs: activeDownMs,
      seamless: true,
    },
    back,
    {
      name: 'cut',
      title: 'The cable of lvs-1 is cut',
      steps: [cable('lvs-1', 'down')],
      holder: 'lvs-2',
      bothHold: false,
      takeOverMs: activeDownMs,
      seamless: false,
    },
    {
      name: 'heal',
      title: 'The cable is mended',
      steps: [cable('lvs-1', 'up')],
      holder: 'lvs-1',
      bothHold: false,
      seamless: true,
    },
  ];
}
