import { receiveMessageOnPort, type MessagePort } from 'node:worker_threads';
import { EventLoop, lower, scheduleThread, SystemCallError } from '../../linux/index.ts';
import type { BfdStatus } from '../../bfd/index.ts';
import { Engine } from '../host/engine.ts';
import type { EngineCommand } from '../host/plan.ts';
import type { Notification, Observer, Split } from '../host/ports.ts';
import type { HeartbeatStatus } from '../host/heartbeat-path.ts';
import type { VirtualRouterStatus } from '../host/router-host.ts';

/** What the thread of virtual routers is born with. */
export interface EngineData {
  readonly port: MessagePort;
  /** An event descriptor: raised when the port has something. */
  readonly bell: number;
}

/** How virtual routers do, and the ways beside their own to other directors. */
export interface EngineStatus {
  readonly routers: readonly VirtualRouterStatus[];
  readonly heartbeats: readonly HeartbeatStatus[];
  readonly bfd: readonly BfdStatus[];
}

/** What the thread of virtual routers tells. */
export type EngineReport =
  | { readonly kind: 'notify'; readonly told: Notification }
  | { readonly kind: 'split'; readonly told: Split }
  | { readonly kind: 'bfd'; readonly name: string; readonly up: boolean }
  | {
      readonly kind: 'log';
      readonly router: string;
      readonly text: string;
      readonly level: 'info' | 'problem';
    }
  | { readonly kind: 'status'; readonly question: number; readonly status: EngineStatus }
  | { readonly kind: 'stopped' };

/** Runs virtual routers in this thread until it is told to stop. Nothing else may run here: it does not let go. */
export function serveEngine({ port, bell }: EngineData): void {
  const report = (message: EngineReport): void => {
    port.postMessage(message);
  };
  const observer: Observer = {
    notify: (told) => {
      report({ kind: 'notify', told });
    },
    split: (told) => {
      report({ kind: 'split', told });
    },
    bfd: (name, up) => {
      report({ kind: 'bfd', name, up });
    },
    log: (router, text, level) => {
      report({ kind: 'log', router, text, level });
    },
  };
  const loop = new EventLoop();
  using engine = new Engine({ loop, observer });
  using _ = loop.readable(bell, () => {
    lower(bell);
    for (
      let next = receiveMessageOnPort(port);
      next !== undefined;
      next = receiveMessageOnPort(port)
    ) {
      const command = next.message as EngineCommand;
      if (command.kind === 'stop') loop.end();
      carryOut(command, engine, observer, report);
    }
  });
  loop.run();
  report({ kind: 'stopped' });
  port.close();
}

function carryOut(
  command: EngineCommand,
  engine: Engine,
  observer: Observer,
  report: (message: EngineReport) => void,
): void {
  switch (command.kind) {
    case 'schedule':
      return schedule(command, observer);
    case 'configure':
      return engine.configure(command.plan);
    case 'reading':
      return engine.reading(command.tracker, command.reading);
    case 'connectionsKnown':
      return engine.connectionsKnown(command.router);
    case 'status':
      return report({
        ...command,
        status: { routers: engine.statuses, heartbeats: engine.heartbeats, bfd: engine.bfd },
      });
    case 'stop':
      return engine.stop();
  }
}

function schedule(
  { schedule: wanted, isUsual }: Extract<EngineCommand, { kind: 'schedule' }>,
  observer: Observer,
): void {
  try {
    scheduleThread(wanted);
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
    if (!isUsual) observer.log('thread', error.message, 'problem');
  }
}
