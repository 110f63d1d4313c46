import { expect, test } from 'vitest';
import { step } from './step.ts';
import { printedTranscript, recordedTranscript } from './transcript.ts';

const addService = step('lvs-1', 'evsadm -A -t 192.168.37.189:8088 -s rr');

test('commands are aligned behind the host on which they are typed', () => {
  let printed = '';
  const transcript = printedTranscript((text) => (printed += text), false);
  transcript.step(step(undefined, 'ip netns add evs-nginx-1'));
  transcript.step(addService);
  transcript.step({
    ...step('nginx-1', 'curl http://vip/'),
    typed: 'for n in 1 2; do curl …; done',
  });

  expect(printed).toBe(
    `        # ip netns add evs-nginx-1
lvs-1   # evsadm -A -t 192.168.37.189:8088 -s rr
nginx-1 # for n in 1 2; do curl …; done
`,
  );
});

const painted = (colours: boolean): string =>
  printedTranscript(() => undefined, colours).verdict('ok', true);

test('colours are only where they are wanted', () => {
  expect(painted(false)).toBe('ok');
  expect(painted(true)).toBe('\u001B[32mok\u001B[39m');
});

test('for JSON, commands are recorded and nothing is printed', () => {
  const transcript = recordedTranscript();
  transcript.heading('The network');
  transcript.step(addService);

  expect(transcript.commands).toEqual(['lvs-1# evsadm -A -t 192.168.37.189:8088 -s rr']);
});
