import { expect, test } from 'vitest';
import { parseCommandLine } from './command-line.ts';

const parse = (...words: string[]) => parseCommandLine(words, '1.2.3');

test('without options everything is left to the daemon', () => {
  expect(parse()).toEqual({
    detach: false,
    fresh: false,
    logLevel: 'info',
    hook: 'auto',
    devices: new Map(),
    fastPath: true,
  });
});

test('--no-fast-path keeps frames on the way through veth devices', () => {
  expect(parse('--no-fast-path').fastPath).toBe(false);
});

test('devices may be repeated, each with a hook of its own', () => {
  const { devices } = parse('--device', 'eth0', '--device', 'eth1=xdp-generic');

  expect([...devices]).toEqual([
    ['eth0', 'auto'],
    ['eth1', 'xdp-generic'],
  ]);
});

test.each([
  [['--hook', 'xpd'], 'There is no hook "xpd"'],
  [['--device', 'eth0=nic'], 'There is no hook "nic"'],
  [['--device', 'a-name-that-is-too-long'], 'names no network device'],
  [['--log-level', 'loud'], 'There is no log level "loud"'],
  [['--connections', '0'], '"0" connections cannot be tracked'],
])('%j is refused: %s', (words, message) => {
  expect(() => parse(...words)).toThrow(message);
});
