import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { evsadm } from '../../src/cli/evsadm.ts';
import { themes } from '../fixtures/sessions/themes.ts';
import { fixedNames } from '../support/fixed-names.ts';
import { playSession, type Answer } from '../support/play-session.ts';
import { asIpvsadm, freshStart, recordedSessions } from '../support/recorded-session.ts';
import { SessionNetwork } from '../support/session-network.ts';
import { buildPrograms, TestDaemon } from './test-daemon.ts';

/** Packets that are on their way arrive. */
const settleMs = 100;
/**
 * All sessions are played without a kernel in src/cli/sessions.test.ts; here all with traffic, and some of
 * the others, unless EVS_SESSIONS is `all`.
 */
const oneIn = process.env['EVS_SESSIONS'] === 'all' ? 1 : 12;
const played = themes.map((theme) =>
  theme.name === 'traffic'
    ? theme
    : { ...theme, sessions: theme.sessions.filter((_, index) => index % oneIn === 0) },
);

let network: SessionNetwork;
let daemon: TestDaemon;
beforeAll(async () => {
  buildPrograms();
  network = new SessionNetwork();
  daemon = new TestDaemon(network.director);
  await Promise.all([network.start(), daemon.start()]);
});
afterAll(async () => {
  await daemon.remove();
  await network[Symbol.asyncDispose]();
});

async function run(words: readonly string[], input = ''): Promise<Answer> {
  let [output, errors] = ['', ''];
  const exitStatus = await evsadm(words, {
    director: async () => daemon.client,
    names: fixedNames,
    input: async () => input,
    print: (text) => void (output += text),
    complain: (text) => void (errors += text),
  });
  return asIpvsadm({ output, errors, exitStatus });
}

const traffic = (words: readonly string[]): Promise<void> =>
  words[0] === 'settle' ? delay(settleMs) : network.traffic(words);

describe.each(played)('evsd and evsadm answer as ip_vs and ipvsadm do: $name', (theme) => {
  const recorded = recordedSessions(theme);

  test.each(theme.sessions)('$name', async (session) => {
    for (const words of freshStart) await run(words);
    expect(await playSession(session, { run, traffic })).toBe(recorded.get(session.name));
  });
});
