import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MemoryDirector } from '../../test/support/memory-director.ts';
import { play } from '../../test/support/play.ts';
import { options } from './options.ts';

test('changes are sent together, and before a listing', async () => {
  const director = new MemoryDirector();
  await play(director, ['-R'], '-A -t 10.0.0.1:80\n-a -t 10.0.0.1:80 -r 10.0.0.2\n-Ln\n-C\n');
  expect(director.batches).toEqual([2, 1]);
});

test('a missing newline at the end is fine', async () => {
  const director = new MemoryDirector();
  expect(await play(director, ['-R'], '-A -t 10.0.0.1:80')).toMatchObject({ exitStatus: 0 });
  expect(director.state.services).toHaveLength(1);
});

const octet = fc.integer({ min: 1, max: 223 });
const vip = fc.tuple(octet, octet).map(([a, b]) => `10.0.${a}.${b}`);
const service = fc.oneof(
  fc
    .tuple(fc.constantFrom('-t', '-u', '--sctp-service'), vip, fc.integer({ min: 1, max: 65_535 }))
    .map(([option, address, port]) => `${option} ${address}:${port}`),
  fc
    .tuple(fc.constantFrom('-t', '-u'), fc.integer({ min: 1, max: 65_535 }))
    .map(([option, port]) => `${option} [2001:db8::${port.toString(16)}]:${port}`),
  fc.integer({ min: 1, max: 2 ** 31 - 1 }).map((mark) => `-f ${mark}`),
);
const serviceSettings = fc.constantFrom(
  '-s rr',
  '-s wlc -p 30',
  '-s sh -b sh-fallback,sh-port',
  '-s wrr -p 360',
  '-s none -b flag-3',
);
const method = fc.constantFrom(
  '-m',
  '-g',
  '-i --tun-type ipip',
  '-i --tun-type gre --tun-csum',
  '-i --tun-type gue --tun-port 6080 --tun-remcsum',
);
const configuration = fc.uniqueArray(
  fc.record({
    service,
    settings: serviceSettings,
    servers: fc.uniqueArray(
      fc.record({ address: vip, method, weight: fc.integer({ min: 0, max: 100 }) }),
      { maxLength: 5, selector: ({ address }) => address },
    ),
  }),
  { maxLength: 6, selector: (entry) => entry.service },
);

test('what -S prints makes the same services again with -R', async () => {
  await fc.assert(
    fc.asyncProperty(configuration, async (entries) => {
      const commands = entries.flatMap((entry) => [
        `-A ${entry.service} ${entry.settings}`,
        ...entry.servers
          .filter((server) => !entry.service.includes('[') || server.method.startsWith('-i'))
          .map(
            (server) =>
              `-a ${entry.service} -r ${server.address} ${server.method} -w ${server.weight}`,
          ),
      ]);
      const first = new MemoryDirector();
      expect(await play(first, ['-R'], commands.join('\n'))).toMatchObject({ errors: '' });
      const saved = await play(first, ['-Sn']);
      const second = new MemoryDirector();
      await play(second, ['-R'], saved.output);
      expect(await play(second, ['-Sn'])).toEqual(saved);
      expect(second.state.services).toHaveLength(entries.length);
    }),
    { numRuns: 50 },
  );
});

test('no command line makes it throw', async () => {
  const word = fc
    .oneof(
      fc.constantFrom(
        ...options.flatMap(({ short, long }) => [short && `-${short}`, long && `--${long}`]),
      ),
      fc.constantFrom(
        '10.0.0.1:80',
        '[2001:db8::1]:80',
        '5',
        'rr',
        '',
        '-',
        '--',
        'sh-port',
        'gue',
      ),
      fc.string({ maxLength: 5 }),
    )
    .map((text) => text ?? '');
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 10 }), async (words) => {
      const { exitStatus } = await play(new MemoryDirector(), words);
      expect([0, 1, 2, 255]).toContain(exitStatus);
    }),
    { numRuns: 1000 },
  );
});
