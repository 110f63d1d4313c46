import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { realServers, Segment, servicePort, vip } from '../kernel/segment.ts';
import { NamedIpvsadm } from './named-ipvsadm.ts';

/**
 * What Linux tests of its own ip_vs (tools/testing/selftests/netfilter/ipvs.sh), in our words: a client, a
 * director, a server, one file sent to the VIP with each forwarding method.
 */
const methods = [
  ['NAT', 'masquerading', '-m'],
  ['direct routing', 'gatewaying', '-g'],
  ['a tunnel', 'tunneling', '-i'],
] as const;

test.each(methods)(
  'a file sent through %s arrives whole, with evsadm in the place of ipvsadm',
  async (_, method, option) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'evs-file-'));
    const file = path.join(folder, 'file');
    const content = randomBytes(1 << 20);
    writeFileSync(file, content);
    using segment = new Segment(method);
    using director = new NamedIpvsadm(segment.director);
    const [server] = segment.servers;
    if (server === undefined) throw new Error('There is no server');
    const child = segment.spawn(server, 'file-server.ts', `${servicePort}`);
    const lines = createInterface(child.stdout ?? process.stdin);
    const said = async (): Promise<unknown> =>
      JSON.parse(((await once(lines, 'line')) as [string])[0]);
    await said();

    const service = `-t ${vip}:${servicePort}`;
    const commands = [
      `ipvsadm -A ${service} -s rr`,
      `ipvsadm -a ${service} -r ${realServers[0]}:${servicePort} ${option}`,
    ];
    for (const command of commands) {
      expect(director.shell(command)).toEqual({ output: '', errors: '', exitStatus: 0 });
    }
    const received = said();
    segment.client.run('bash', '-c', `cat ${file} > /dev/tcp/${vip}/${servicePort}`);

    expect(await received).toBe(createHash('sha256').update(content).digest('hex'));
    expect(director.shell('ipvsadm -Ln --stats').output).toMatch(
      new RegExp(`-> ${realServers[0]}:${servicePort} +1 `),
    );
    rmSync(folder, { recursive: true });
  },
);
