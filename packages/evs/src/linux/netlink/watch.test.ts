import { expect, test } from 'vitest';
import { SystemCallError } from '../system-call.ts';
import { attribute } from './attributes.ts';
import { LinkHeader } from './layouts.ts';
import { encodeMessage } from './message.ts';
import { drain, type RtnetlinkEvent } from './watch.ts';

const noBufferSpace = 105;
const linkMessage = (family: number): Buffer =>
  encodeMessage(16, 0, 0, [
    LinkHeader.encode({ family, hardware: 1, index: 3, flags: 0x41, change: 0 }),
    attribute(3, 'eth0'),
  ]);

function drained(...received: readonly (Buffer | Error)[]): RtnetlinkEvent[] {
  const events: RtnetlinkEvent[] = [];
  const queue = [...received];
  const receive = (): Buffer | undefined => {
    const next = queue.shift();
    if (next instanceof Error) throw next;
    return next;
  };
  drain(receive, (event) => events.push(event));
  return events;
}

test('lost events become `overrun`, and those behind them are not lost', () => {
  const overrun = new SystemCallError('recvfrom', 'the rtnetlink socket', noBufferSpace);

  const events = drained(overrun, linkMessage(0));

  expect(events).toMatchObject([
    { kind: 'overrun' },
    { kind: 'link', removed: false, link: { index: 3, name: 'eth0', up: true, running: true } },
  ]);
});

test('what a bridge tells of its ports is left out', () => {
  expect(drained(linkMessage(7))).toEqual([]);
});

test('other errors are not swallowed', () => {
  expect(() => drained(new SystemCallError('recvfrom', 'the socket', 9))).toThrow('EBADF');
});
