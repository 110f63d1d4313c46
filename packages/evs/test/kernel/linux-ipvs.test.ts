import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readKernel } from '../../src/cli/moving/from-kernel.ts';
import { importInto } from '../../src/cli/moving/import.ts';
import { readKernelSettings, writeKernelSettings } from '../../src/cli/moving/kernel-settings.ts';
import { printScript } from '../../src/cli/moving/print-script.ts';
import { writeKernel } from '../../src/cli/moving/to-kernel.ts';
import { initialState } from '../../src/director/index.ts';
import { KernelIpvs, withNetworkNamespace } from '../../src/linux/index.ts';
import { clientOf, MemoryDirector } from '../support/memory-director.ts';
import { cable, TestNamespace } from './network.ts';

const hasIpvs = ((): boolean => {
  using kernel = KernelIpvs.open();
  return kernel !== undefined;
})();
const needsIpvs = hasIpvs ? '' : ' (skipped: this kernel has no ip_vs; scripts/test-vm has one)';

/** Real servers in an order that is not the sorted one, and everything that a listing does not show. */
const script = `--set 100 20 30
-A -t 10.0.0.1:80 -s rr -p 50 -M 255.255.255.0
-a -t 10.0.0.1:80 -r 10.0.1.2:80 -m -w 1 -x 10 -y 5
-a -t 10.0.0.1:80 -r 10.0.1.1:8080 -m -w 2147483647 -x 7
-A -u [2001:db8::1]:53 -s wlc -p 360 -M 64 --pe sip
-a -u [2001:db8::1]:53 -r [2001:db8:1::1]:53 -g -w 0
-A --sctp-service 10.0.0.3:2905 -s sh -b sh-port
-a --sctp-service 10.0.0.3:2905 -r 10.0.1.9:2905 -i -w 3 --tun-type gue --tun-port 6080 --tun-csum
-a --sctp-service 10.0.0.3:2905 -r 10.0.1.3:2905 -i -w 3 --tun-type gre --tun-nocsum
-A -f 4294967295 -s wrr -o
-A -f 7 -6 -s rr
-a -f 7 -6 -r [2001:db8:1::7]:0 -m -w 1
--start-daemon master --mcast-interface eth0 --syncid 3 --sync-maxlen 1000 --mcast-group 224.0.0.82 --mcast-port 9000 --mcast-ttl 2
`;

let director: TestNamespace;
let other: TestNamespace;
beforeEach(() => {
  [director, other] = [new TestNamespace('ipvs'), new TestNamespace('ipvt')];
  cable(
    { namespace: director, device: 'eth0', address: '10.0.0.254/24' },
    { namespace: other, device: 'eth0', address: '10.0.0.253/24' },
  );
});
afterEach(() => {
  director[Symbol.dispose]();
  other[Symbol.dispose]();
});

const ipvsadm = (host: TestNamespace, words: string, input = ''): string =>
  withNetworkNamespace(host.path, () => {
    const { stdout, stderr } = spawnSync('ipvsadm', words.split(' '), { input, encoding: 'utf8' });
    return stdout + stderr;
  });
const kernelOf = (host: TestNamespace): KernelIpvs =>
  withNetworkNamespace(host.path, () => {
    const kernel = KernelIpvs.open();
    if (kernel === undefined) throw new Error('ip_vs is gone');
    return kernel;
  });
/** Everything that ipvsadm tells; real servers in the kernel's order, services in no order but ipvsadm's. */
const everything = (host: TestNamespace): string =>
  [
    '-Sn',
    '-Ln --nosort -t 10.0.0.1:80',
    '-Ln --nosort --sctp-service 10.0.0.3:2905',
    '-Ln --thresholds',
    '-Ln --tun-info',
    '-L --timeout',
    '-L --daemon',
  ]
    .map((words) => ipvsadm(host, words))
    .join('\n');

test.skipIf(!hasIpvs)(
  `what ipvsadm configured is taken over from the kernel, and given back the same${needsIpvs}`,
  async () => {
    expect(ipvsadm(director, '-R', script)).toBe('');
    director.run('sysctl', '-qw', 'net.ipv4.vs.expire_nodest_conn=1');
    using source = kernelOf(director);
    const memory = new MemoryDirector();
    const baggage = readKernel(source);
    expect(baggage.leftOut).toEqual([]);
    await importInto(clientOf(memory), baggage, { dryRun: false, replace: false, partial: false });

    // The kernel tells services in the order of its hash table.
    const lines = (text: string): string[] => text.split('\n').toSorted();
    expect(lines(printScript(memory.state))).toEqual(lines(script));
    using target = kernelOf(other);
    writeKernel(target, memory.state);
    const settings = withNetworkNamespace(director.path, readKernelSettings);
    expect(settings).toMatchObject({ expire_nodest_conn: 1, sync_threshold: [3, 50] });
    memory.execute([{ kind: 'changeSettings', settings }]);
    withNetworkNamespace(other.path, () => writeKernelSettings(memory.settings()));
    expect(withNetworkNamespace(other.path, readKernelSettings)).toEqual(settings);
    expect(everything(other)).toBe(everything(director));
  },
);

test.skipIf(!hasIpvs)(
  `what evs exports as a script is the same configuration for the real ipvsadm${needsIpvs}`,
  () => {
    ipvsadm(director, '-R', script);
    using source = kernelOf(director);
    const memory = new MemoryDirector();
    memory.execute(readKernel(source).commands);
    expect(ipvsadm(other, '-R', printScript(memory.state))).toBe('');
    expect(everything(other)).toBe(everything(director));
  },
);

test.skipIf(!hasIpvs)(
  `a kernel that refuses a part is left as it was, and one with services is not touched${needsIpvs}`,
  () => {
    using kernel = kernelOf(director);
    const service = {
      key: { kind: 'mark', mark: 1, family: 'ipv4' },
      scheduler: 'rr',
      schedulerFlags: 0,
      onePacket: false,
      realServers: [],
    } as const;
    const daemon = {
      role: 'master',
      device: 'nosuch',
      syncId: 0,
      maximumLength: 1472,
      group: '224.0.0.81',
      port: 8848,
      timeToLive: 1,
    } as const;
    const state = { ...initialState, services: [service] };
    const timeouts = { tcp: 1, tcpFin: 2, udp: 3 };
    expect(() => writeKernel(kernel, { ...state, timeouts, synchronisation: [daemon] })).toThrow(
      'Cannot start a master of ip_vs: ENODEV',
    );
    expect(kernel.services()).toEqual([]);
    expect(kernel.timeouts()).toEqual(initialState.timeouts);
    writeKernel(kernel, state);
    expect(() => writeKernel(kernel, state)).toThrow('ip_vs has services');
  },
);
