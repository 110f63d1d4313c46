import { existsSync } from 'node:fs';
import { connect } from 'node:net';

/** Whether somebody listens at a Unix socket. */
export function answers(socket: string): Promise<boolean> {
  if (!existsSync(socket)) return Promise.resolve(false);
  return new Promise((resolve) => {
    const probe = connect(socket);
    const settle = (answer: boolean) => (): void => {
      probe.destroy();
      resolve(answer);
    };
    probe.once('connect', settle(true));
    probe.once('error', settle(false));
  });
}
