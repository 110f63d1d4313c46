import { rmdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  attachClsact,
  attachTcx,
  attachXdp,
  findClsact,
  loadProgram,
  mountBpfFileSystem,
  openPinnedLink,
  Rtnetlink,
  supportsTcx,
  unpin,
  withNetworkNamespace,
  type KernelProgram,
} from '../../src/linux/index.ts';
import { verdict } from './hand-made.ts';
import { run, TestPair, uniqueName } from './network.ts';

const pins = `/run/${uniqueName('evs-test-bpf')}`;
/** Without it the tests of tcx links are skipped: they came with Linux 6.6. */
const hasTcx = supportsTcx();
const needsTcx = hasTcx ? '' : ' (skipped: tcx links came with Linux 6.6)';
let pair: TestPair;
const reaches = (): boolean => pair.right.reaches('10.9.0.1');
/** One packet is enough that does not arrive, on however slow a machine. */
const isCutOff = (): boolean => !pair.right.reaches('10.9.0.1', { withinMs: 900 });
const inLeft = <T>(body: () => T): T => withNetworkNamespace(pair.left.path, body);

beforeAll(() => {
  pair = new TestPair();
  mountBpfFileSystem(pins);
  // What a test drops must not leave an address resolution behind that the next one waits for.
  const { left, right } = pair;
  left.ip(`neigh replace 10.9.0.2 lladdr ${right.mac('eth0')} dev eth0 nud permanent`);
  right.ip(`neigh replace 10.9.0.1 lladdr ${left.mac('eth0')} dev eth0 nud permanent`);
});
afterAll(() => {
  pair[Symbol.dispose]();
  run('umount', pins);
  rmdirSync(pins);
});

test.each(['generic', 'native'] as const)('an XDP link (%s) lasts until it is closed', (mode) => {
  using drop = loadProgram(verdict('xdp', 'test_drop', 1));

  const link = inLeft(() => attachXdp(drop, pair.left.ifindex('eth0'), mode));
  expect(isCutOff()).toBe(true);
  link[Symbol.dispose]();

  expect(reaches()).toBe(true);
});

test.skipIf(!hasTcx)(
  `a pinned tcx link outlives its descriptor, takes another program and can be detached${needsTcx}`,
  () => {
    using drop = loadProgram(verdict('tc', 'test_drop', 2));
    using next = loadProgram(verdict('tc', 'test_next', -1));
    const pin = `${pins}/link`;

    const link = inLeft(() => attachTcx(drop, pair.left.ifindex('eth0'), 'ingress'));
    link.pin(pin);
    link[Symbol.dispose]();
    expect(isCutOff()).toBe(true);

    const again = openPinnedLink(pin);
    expect(again.kind).toBe('tcx-ingress');
    expect(again.ifindex).toBe(pair.left.ifindex('eth0'));
    again.update(next);
    expect(reaches()).toBe(true);
    again.update(drop);
    again.detach();
    unpin(pin);
    expect(reaches()).toBe(true);
  },
);

test('a second XDP program is refused with the name of the first', () => {
  using pass = loadProgram(verdict('xdp', 'test_first', 2));
  const eth0 = pair.left.ifindex('eth0');

  const link = inLeft(() => attachXdp(pass, eth0, 'generic'));
  expect(() => inLeft(() => attachXdp(pass, eth0, 'generic'))).toThrow(
    expect.objectContaining({
      code: 'E_INVALID',
      message: `Cannot attach to eth0: another XDP program is attached to it (id ${pass.id}, name test_first, generic)`,
    }),
  );
  link[Symbol.dispose]();
});

test.each([
  (program: KernelProgram) => attachXdp(program, 9999, 'native'),
  (program: KernelProgram) => attachXdp(program, 9999, 'generic'),
])('XDP on a device that does not exist is E_NO_DEVICE', (attach) => {
  using pass = loadProgram(verdict('xdp', 'test_pass', 2));

  expect(() => inLeft(() => attach(pass))).toThrow(
    expect.objectContaining({ code: 'E_NO_DEVICE' }),
  );
});

test.skipIf(!hasTcx)(`tcx on a device that does not exist is E_NO_DEVICE${needsTcx}`, () => {
  using pass = loadProgram(verdict('tc', 'test_pass', 0));

  expect(() => inLeft(() => attachTcx(pass, 9999, 'ingress'))).toThrow(
    expect.objectContaining({ code: 'E_NO_DEVICE' }),
  );
});

test('a clsact filter outlives its object, is replaced in place and takes only itself away', () => {
  using rtnetlink = inLeft(() => new Rtnetlink());
  using drop = loadProgram(verdict('tc', 'test_drop', 2));
  using ok = loadProgram(verdict('tc', 'test_ok', 0));
  const eth0 = pair.left.ifindex('eth0');

  attachClsact(rtnetlink, ok, eth0, 'ingress', 'other');
  attachClsact(rtnetlink, drop, eth0, 'ingress', 'mine')[Symbol.dispose]();
  // The first filter's verdict is final: let the other stand in front, then take it away.
  expect(reaches()).toBe(true);
  findClsact(rtnetlink, eth0, 'ingress', 'other')?.detach();
  expect(isCutOff()).toBe(true);

  attachClsact(rtnetlink, ok, eth0, 'ingress', 'mine');
  expect(rtnetlink.filters(eth0, 'ingress')).toMatchObject([{ name: 'mine', programId: ok.id }]);
  expect(reaches()).toBe(true);

  findClsact(rtnetlink, eth0, 'ingress', 'mine')?.detach();
  expect(rtnetlink.filters(eth0, 'ingress')).toEqual([]);
  expect(findClsact(rtnetlink, eth0, 'ingress', 'mine')).toBeUndefined();
  rtnetlink.removeClsact(eth0);
});

test('detach() of the only clsact filter takes the qdisc away that was made for it', () => {
  using rtnetlink = inLeft(() => new Rtnetlink());
  using ok = loadProgram(verdict('tc', 'test_ok', 0));
  const eth0 = pair.left.ifindex('eth0');

  const filter = attachClsact(rtnetlink, ok, eth0, 'egress');
  expect(rtnetlink.qdiscKinds(eth0)).toContain('clsact');
  filter.detach();

  expect(rtnetlink.qdiscKinds(eth0)).not.toContain('clsact');
});

test('a driver that cannot run XDP programs is named', () => {
  using pass = loadProgram(verdict('xdp', 'test_pass', 2));

  expect(() => inLeft(() => attachXdp(pass, 1, 'native'))).toThrow(
    expect.objectContaining({
      code: 'E_UNSUPPORTED',
      message: 'The driver of lo cannot run XDP programs',
    }),
  );
});
