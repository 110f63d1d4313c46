import { expect, test } from 'vitest';
import { clientOf, MemoryDirector } from '../../test/support/memory-director.ts';
import { initialSettings } from '../director/index.ts';
import { carryOut, parseSettings } from './settings-command.ts';

const run = (director: MemoryDirector, words: readonly string[], json = false): Promise<string> =>
  carryOut(clientOf(director), parseSettings(words), json);

test('without words all settings are printed', async () => {
  const lines = (await run(new MemoryDirector(), [])).split('\n');

  expect(lines).toHaveLength(31);
  expect(lines[0]).toBe('am_droprate = 10');
  expect(lines).toContain('sync_threshold = 3 50');
});

test('a name prints that setting, with the prefix of sysctl as well', async () => {
  const words = ['conn_reuse_mode', 'net.ipv4.vs.pmtu_disc'];
  expect(await run(new MemoryDirector(), words)).toBe('conn_reuse_mode = 1\npmtu_disc = 1\n');
});

test('a name with a value changes the setting and prints it', async () => {
  const director = new MemoryDirector();

  const text = await run(director, ['sloppy_tcp=1', 'sync_threshold=4 60']);

  expect(text).toBe('sloppy_tcp = 1\nsync_threshold = 4 60\n');
  expect(director.state.settings).toMatchObject({ sloppy_tcp: 1, sync_threshold: [4, 60] });
});

test('--json prints an object', async () => {
  const director = new MemoryDirector();
  expect(JSON.parse(await run(director, [], true))).toEqual(initialSettings);
  expect(JSON.parse(await run(director, ['sync_threshold', 'sloppy_tcp=2'], true))).toEqual({
    sync_threshold: [3, 50],
    sloppy_tcp: 2,
  });
});

test.each([['debug_level'], ['=1'], ['sloppy_tcp='], ['sloppy_tcp=yes'], ['sync_threshold=3']])(
  '%s is refused before a director is asked',
  (word) => {
    expect(() => parseSettings([word])).toThrow(expect.objectContaining({ code: 'E_INVALID' }));
  },
);
