import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestNamespace } from '../kernel/network.ts';
import { parseTranscript } from '../support/transcript.ts';
import { NamedIpvsadm } from './named-ipvsadm.ts';

/** The cases of the oracle; src/cli/evsadm.test.ts plays these and many more without a process for each. */
const cases = [
  'dup-and-missing',
  'forward-ports',
  'long-options',
  'order-many',
  'persistence',
  'seed-dr',
  'weights-thresholds',
];
const folder = path.resolve(import.meta.dirname, '../fixtures/ipvsadm');

let host: TestNamespace;
let ipvsadm: NamedIpvsadm;
beforeAll(() => {
  host = new TestNamespace('evsi');
  ipvsadm = new NamedIpvsadm(host);
});
afterAll(() => {
  ipvsadm[Symbol.dispose]();
  host[Symbol.dispose]();
});

const quoted = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(' ');

describe('a program named ipvsadm answers as ipvsadm does', () => {
  test.each(cases)('%s', (name) => {
    ipvsadm.shell('ipvsadm -C; ipvsadm --set 900 120 300');
    const steps = parseTranscript(readFileSync(path.join(folder, `${name}.txt`), 'utf8'));
    for (const { words, input, ...expected } of steps) {
      const { output, ...answer } = ipvsadm.shell(`ipvsadm ${quoted(words)}`, input);
      const comparable = output.replace(/\(size=\d+\)/, '(size=4096)');
      expect({ words, output: comparable, ...answer }).toEqual({ words, ...expected });
    }
  });
});

test('what ipvsadm-save prints is restored by ipvsadm-restore', () => {
  ipvsadm.shell(
    'ipvsadm -C; ipvsadm -R',
    `-A -t 10.0.0.1:80 -s wrr -p 30
-a -t 10.0.0.1:80 -r 10.0.0.2:80 -m -w 7
-A -f 9 -6 -s rr
`,
  );
  const saved = ipvsadm.shell('ipvsadm-save -n');
  ipvsadm.shell('ipvsadm -A -u 10.0.0.1:53');
  const restored = ipvsadm.shell('ipvsadm-restore', `# saved\n${saved.output}`);
  expect(restored).toEqual({ output: '', errors: '', exitStatus: 0 });
  expect(ipvsadm.shell('ipvsadm-save -n').output).toBe(saved.output);
});

test('names come from the hosts and services of the machine, as getnameinfo(3) reads them', () => {
  const { output } = ipvsadm.shell(`
    hosts=$(mktemp) && services=$(mktemp) && switch=$(mktemp) &&
    echo '192.0.2.10 vip.example other.example' > "$hosts" &&
    echo '192.0.2.20 real.example' >> "$hosts" && echo '2001:db8::20 real6.example' >> "$hosts" &&
    echo 'web 8088/tcp' > "$services" && echo 'hosts: files' > "$switch" &&
    unshare -m bash -c '
      mount --bind $0 /etc/hosts && mount --bind $1 /etc/services && mount --bind $2 /etc/nsswitch.conf &&
      ipvsadm -C && ipvsadm -A -t vip.example:web -s rr &&
      ipvsadm -a -t 192.0.2.10:8088 -r real.example -m &&
      ipvsadm -a -t other.example:web -r 192.0.2.99:80 -m &&
      ipvsadm -a -t vip.example:8088 -r 2001:db8::20 -i &&
      ipvsadm && ipvsadm -Ln -t vip.example:web' "$hosts" "$services" "$switch"
    rm "$hosts" "$services" "$switch"`);
  expect(output.replace(/^.*\n/, '')).toBe(`Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  vip.example:web rr
  -> real.example:web             Masq    1      0          0         
  -> 192.0.2.99:80                Masq    1      0          0         
  -> [real6.example]:web          Tunnel  1      0          0         
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  192.0.2.10:8088 rr
  -> 192.0.2.20:8088              Masq    1      0          0         
  -> 192.0.2.99:80                Masq    1      0          0         
  -> [2001:db8::20]:8088          Tunnel  1      0          0         
`);
});

test('evs import takes over what ipvsadm -S printed, and evs export gives it back', () => {
  const saved = '-A -t 10.0.0.1:80 -s wrr -p 30\n-a -t 10.0.0.1:80 -r 10.0.0.2:80 -m -w 7\n';
  ipvsadm.shell('ipvsadm -C; ipvsadm --set 1 2 3');
  const imported = ipvsadm.shell('bin/evs import -', saved);
  expect(imported).toMatchObject({ errors: '', exitStatus: 0 });
  expect(imported.output).toContain('Taken over: 1 service, 1 real server\n');
  const again = ipvsadm.shell('bin/evs import --json -', saved);
  expect(again).toMatchObject({ output: '', exitStatus: 1 });
  expect(again.errors).toContain('nothing was changed');
  expect(ipvsadm.shell('bin/evs export').output).toBe(`--set 1 2 3\n${saved}`);
  expect(ipvsadm.shell('bin/evs export --plain').output).toBe(saved);
});
