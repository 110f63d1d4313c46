import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { TestPair } from '../kernel/network.ts';
import { patient } from '../kernel/slowness.ts';
import { buildPrograms } from '../kernel/test-daemon.ts';
import { Keepalived, vrrpInstance } from './keepalived.ts';
import { OurRouters } from './our-routers.ts';

let pair: TestPair;
let theirs: Keepalived;
let ours: OurRouters;
beforeAll(() => {
  buildPrograms();
});
beforeEach(() => {
  pair = new TestPair();
  for (const [side, number] of [
    [pair.left, 1],
    [pair.right, 2],
  ] as const) {
    side.ip(`address add fd09::${number}/64 dev eth0 nodad`);
  }
  theirs = new Keepalived(pair.right);
  ours = new OurRouters(pair.left);
});
afterEach(async () => {
  await ours.remove();
  await theirs.remove();
  pair[Symbol.dispose]();
});

const session = (neighbour: string, source: string, more = ''): string => `bfd_instance gw {
  neighbor_ip ${neighbour}
  source_ip ${source}
  min_rx 50
  min_tx 50
  multiplier 5
  ${more}
}
`;
/** A virtual router of its own for each side, which lives as long as the session. */
const tracking = (id: number): string =>
  vrrpInstance(
    { version: '3', advert_int: '0.2', virtual_router_id: `${id}` },
    '  track_bfd {\n    gw\n  }',
    [`10.9.0.${id}/24`],
  );
const checked = `virtual_server 10.9.9.9 80 {
  lb_algo rr
  lb_kind NAT
  protocol TCP
  real_server 10.9.0.2 80 {
    BFD_CHECK {
      name gw
    }
  }
}
`;
const eventually = (check: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: patient(20_000), interval: 50 });
const holds = (side: 'left' | 'right', id: number): boolean =>
  pair[side].ip('address show dev eth0').includes(` 10.9.0.${id}/`);
/** The router and the real server of our session, and keepalived's router. */
const expectUp = (we: boolean, they: boolean): Promise<void> =>
  eventually(async () => {
    const services = await ours.client.services();
    const realServers = services.flatMap(({ realServers: all }) => all);
    expect([holds('left', 51), holds('right', 52), realServers.length]).toEqual([
      we,
      they,
      we ? 1 : 0,
    ]);
  });

test.each([
  ['IPv4', '10.9.0.1', '10.9.0.2', ''],
  // keepalived 2.2.7 leaves the hop limit of IPv6 at 64, which RFC 5881 forbids and max_hops allows.
  ['IPv6', 'fd09::1', 'fd09::2', 'max_hops 1'],
])(
  'a session with keepalived over %s comes up, and both notice silence and goodbyes',
  async (_, we, they, more) => {
    const ourFile = session(they, we, more) + tracking(51) + checked;
    await ours.start(ourFile);
    theirs.start(session(we, they, more) + tracking(52));
    await expectUp(true, true);
    const { bfd } = await ours.client.virtualRouters();
    expect(bfd).toMatchObject([{ name: 'gw', state: 'up', transmitMs: 50 }]);

    // They cannot send to us any more, and hear from us that we do not hear them.
    pair.right.ip(`route add blackhole ${we}/${we.includes(':') ? 128 : 32}`);
    await expectUp(false, false);
    pair.right.ip(`route del blackhole ${we}/${we.includes(':') ? 128 : 32}`);
    await expectUp(true, true);

    await theirs.stop();
    await expectUp(false, false);
    theirs.start(session(we, they, more) + tracking(52));
    await expectUp(true, true);

    // Shut down, not failed: RFC 5882 section 3.2.
    await ours.end('SIGTERM');
    await eventually(() => {
      expect(theirs.words).toContain('Remote diagnostic - Administratively Down');
    });
    expect(holds('right', 52)).toBe(true);
  },
);
