import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fixedNames } from '../../../test/support/fixed-names.ts';
import { clientOf, MemoryDirector } from '../../../test/support/memory-director.ts';
import { play } from '../../../test/support/play.ts';
import { initialSettings } from '../../director/index.ts';
import { importInto, type ImportOptions, type ImportReport } from './import.ts';
import { changedSettings } from './kernel-settings.ts';
import { printScript } from './print-script.ts';
import { readScript, untoldBy } from './read-script.ts';
import { stateOf } from './state-of.ts';

const plainly: ImportOptions = { dryRun: false, replace: false, partial: false };

async function importScript(
  director: MemoryDirector,
  script: string,
  options: Partial<ImportOptions> = {},
): Promise<ImportReport> {
  const baggage = { commands: await readScript(script, fixedNames), leftOut: [] };
  return importInto(clientOf(director), baggage, { ...plainly, ...options });
}

const saved = `# ipvsadm -S -n
-A -t 10.0.0.1:80 -s rr
-a -t 10.0.0.1:80 -r 10.0.0.11:80 -m -w 1
-a -t 10.0.0.1:80 -r 10.0.0.12:80 -m -w 2
`;

describe('evs import', () => {
  test('takes over what ipvsadm -S printed, and says what it cannot', async () => {
    const director = new MemoryDirector();
    const report = await importScript(director, saved);
    expect(report).toMatchObject({ done: true, summary: '1 service, 2 real servers' });
    expect(report.leftOut.join()).toContain('connections');
    expect((await play(director, ['-S', '-n'])).output).toBe(saved.replace(/#.*\n/, ''));
  });

  test('says what the script does not tell', async () => {
    expect(untoldBy(await readScript(saved, fixedNames))).toEqual([
      'thresholds, timeouts, synchronisation, settings: the script has none; evs import --kernel asks ip_vs itself',
    ]);
    const script = '--set 1 2 3\n-a -t 10.0.0.1:80 -r 10.0.0.2 -x 5\n--start-daemon backup\n';
    expect(untoldBy(await readScript(script, fixedNames))).toEqual([
      'settings: the script has none; evs import --kernel asks ip_vs itself',
    ]);
  });

  test('does nothing in a dry run', async () => {
    const director = new MemoryDirector();
    expect(await importScript(director, saved, { dryRun: true })).toMatchObject({ done: false });
    expect(director.state.services).toEqual([]);
  });

  test('names the line that makes no sense, and changes nothing', async () => {
    const director = new MemoryDirector();
    const script = `${saved}-a -t 10.0.0.1:80 -r 10.0.0.13 -w x\n`;
    await expect(importScript(director, script)).rejects.toMatchObject({
      code: 'E_INVALID',
      message: expect.stringContaining('line 5') as string,
    });
    await expect(importScript(director, '-Ln\n')).rejects.toThrow('it changes nothing');
    expect(director.state.services).toEqual([]);
  });

  test('changes nothing if the director would refuse a part, and names all such parts', async () => {
    const director = new MemoryDirector();
    await importScript(director, '-A -t 10.0.0.1:80 -s wlc\n');
    await expect(importScript(director, `-A -u 10.0.0.1:53\n${saved}`)).rejects.toMatchObject({
      message: expect.stringContaining('it is there already') as string,
      hint: "--replace deletes the director's own services first",
    });
    expect(director.state.services).toHaveLength(1);
    await importScript(director, saved, { replace: true });
    expect(director.state.services).toMatchObject([{ scheduler: 'rr' }]);
  });

  test('goes back if only the director itself finds an obstacle', async () => {
    const director = new MemoryDirector();
    await importScript(director, saved);
    const before = director.state;
    const script = '--set 1 2 3\n-A -f 1\n--start-daemon backup --mcast-interface nosuch\n';
    await expect(importScript(director, script)).rejects.toThrow('all is as before');
    expect(director.state).toEqual(before);
  });

  test('leaves out what cannot be taken over only if told to', async () => {
    const director = new MemoryDirector();
    const commands = await readScript(saved, fixedNames);
    const baggage = { commands, leftOut: ['10.0.0.9: forwarding method 4'] };
    const client = clientOf(director);
    await expect(importInto(client, baggage, plainly)).rejects.toThrow('forwarding method 4');
    const report = await importInto(client, baggage, { ...plainly, partial: true });
    expect(report.leftOut).toContain('10.0.0.9: forwarding method 4');
  });
});

const byte = fc.integer({ min: 1, max: 223 });
const address = fc.tuple(byte, byte).map(([a, b]) => `10.0.${a}.${b}`);
const server = fc.record({
  address,
  words: fc.constantFrom('-m', '-g', '-i --tun-type gue --tun-port 6080 --tun-csum', '-i'),
  weight: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  upper: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
});
const service = fc.record({
  name: fc.oneof(
    address.map((vip) => `-t ${vip}:80`),
    byte.map((host) => `-u [2001:db8::${host}]:53`),
    fc.integer({ min: 1, max: 2 ** 32 - 1 }).map((mark) => `-f ${mark}`),
  ),
  words: fc.constantFrom(
    '-s rr',
    '-s wlc -p 30',
    '-s sh -b sh-port,flag-3',
    '-s wrr -p 9 --pe sip',
  ),
  servers: fc.uniqueArray(server, { maxLength: 4, selector: (one) => one.address }),
});
const configuration = fc.uniqueArray(service, { maxLength: 5, selector: ({ name }) => name });

test('what evs export prints is the same configuration again, to the order of real servers', async () => {
  await fc.assert(
    fc.asyncProperty(configuration, async (services) => {
      const lines = services.flatMap(({ name, words, servers }) => [
        `-A ${name} ${words}`,
        ...servers.map(
          (one) =>
            `-a ${name} -r ${name.includes('[') ? `[2001:db8:1::${one.address.split('.')[3]}]:5` : `${one.address}:5`} ${one.words} -w ${one.weight} -x ${one.upper} -y ${Math.floor(one.upper / 2)}`,
        ),
      ]);
      const [first, second] = [new MemoryDirector(), new MemoryDirector()];
      await play(first, ['--start-daemon', 'backup', '--syncid', '7']);
      await play(first, ['--set', '11', '22', '33']);
      await play(first, ['-R'], lines.join('\n'));
      await importScript(second, printScript(await stateOf(clientOf(first))));
      expect(second.state).toEqual(first.state);
    }),
    { numRuns: 50 },
  );
});

test('settings that differ from the defaults are told as sysctl(8) takes them', () => {
  const settings = { ...initialSettings, drop_entry: 1, sync_threshold: [1, 10] } as const;
  expect(changedSettings(initialSettings)).toEqual([]);
  expect(changedSettings(settings)).toEqual([
    'net.ipv4.vs.drop_entry="1"',
    'net.ipv4.vs.sync_threshold="1 10"',
  ]);
});
