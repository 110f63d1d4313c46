import { expect, test } from 'vitest';
import { MemoryDirector } from '../../test/support/memory-director.ts';
import { playAs } from '../../test/support/play.ts';

const saved = '-A -t 10.0.0.1:80 -s rr\n-a -t 10.0.0.1:80 -r 10.0.0.2:80 -g -w 1\n';

test('ipvsadm-restore clears, and reads past comments', async () => {
  const director = new MemoryDirector();
  await playAs('ipvsadm', director, ['-A', '-u', '10.0.0.1:53']);
  const answer = await playAs('ipvsadm-restore', director, [], `# saved today\n${saved}`);
  expect(answer).toEqual({ output: '', errors: '', exitStatus: 0 });
  expect(director.state.services).toMatchObject([{ key: { protocol: 'tcp' } }]);
});

test('ipvsadm-save prints the commands, and takes -n and nothing else', async () => {
  const director = new MemoryDirector();
  await playAs('ipvsadm-restore', director, [], saved);
  expect((await playAs('ipvsadm-save', director, ['-n'])).output).toBe(saved);
  expect((await playAs('ipvsadm-save', director, [])).output).toBe(
    saved.replaceAll(':80', ':http'),
  );
  expect(await playAs('ipvsadm-save', director, ['-x'])).toMatchObject({
    output: '',
    exitStatus: 1,
  });
});

test('any other name is the command line', async () => {
  const { output } = await playAs('lb', new MemoryDirector(), ['-Ln']);
  expect(output).toContain('IP Virtual Server version 1.2.1');
});
