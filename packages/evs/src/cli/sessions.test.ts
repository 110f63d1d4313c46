import { describe, expect, test } from 'vitest';
import { themes } from '../../test/fixtures/sessions/themes.ts';
import { MemoryDirector } from '../../test/support/memory-director.ts';
import { playSession } from '../../test/support/play-session.ts';
import { play } from '../../test/support/play.ts';
import { asIpvsadm, recordedSessions } from '../../test/support/recorded-session.ts';

/** Sessions with traffic are played on real devices, in test/kernel/sessions.test.ts. */
const quietThemes = themes.filter(({ name }) => name !== 'traffic');

describe.each(quietThemes)('evsadm answers as ipvsadm 1.31 on ip_vs does: $name', (theme) => {
  const recorded = recordedSessions(theme);

  test.each(theme.sessions)('$name', async (session) => {
    const director = new MemoryDirector();
    const transcript = await playSession(session, {
      run: async (words, input) => asIpvsadm(await play(director, words, input)),
      traffic: () => Promise.reject(new Error('there is no network')),
    });
    expect(transcript).toBe(recorded.get(session.name));
  });
});
