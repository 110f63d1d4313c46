import { expect, test } from 'vitest';
import { changeSettings } from './change-settings.ts';
import { openDraft } from './draft.ts';
import { initialState } from './model.ts';
import { initialSettings, settingNames, type DirectorSettings } from './settings.ts';

test('changed settings are kept and the others stay', () => {
  const { settings } = changeSettings(openDraft(initialState), {
    sloppy_tcp: 1,
    sync_threshold: [4, 60],
  });

  expect(settings).toEqual({ ...initialSettings, sloppy_tcp: 1, sync_threshold: [4, 60] });
});

/** Written to /proc/sys/net/ipv4/vs of Linux 6.1, and read back. */
test.each<Partial<DirectorSettings>>([
  { am_droprate: -1 },
  { conn_reuse_mode: 65 },
  { expire_nodest_conn: 0x7fff_ffff },
  { pmtu_disc: -0x8000_0000 },
  { drop_entry: 3 },
  { lblc_expiration: 0 },
  { sync_ports: 64 },
  { sync_retries: 3 },
  { sync_version: 0 },
  { sync_qlen_max: 0xffff_ffff },
  { sync_threshold: [5, 0] },
  { sync_threshold: [0, 0] },
  { sync_threshold: [0x7fff_ffff, 0] },
])('ip_vs takes %o', (change) => {
  expect(changeSettings(openDraft(initialState), change).settings).toMatchObject(change);
});

/** EINVAL there. */
test.each<Partial<DirectorSettings>>([
  { am_droprate: 0x8000_0000 },
  { cache_bypass: 0.5 },
  { drop_entry: 4 },
  { drop_packet: -1 },
  { secure_tcp: 4 },
  { lblc_expiration: 0x7fff_ffff },
  { sync_ports: 0 },
  { sync_ports: 3 },
  { sync_ports: 128 },
  { sync_retries: 4 },
  { sync_version: 2 },
  { sync_qlen_max: -1 },
  { sync_threshold: [50, 3] },
  { sync_threshold: [3, 3] },
  { sync_threshold: [-1, 5] },
  { sync_threshold: [3, -1] },
])('ip_vs refuses %o, and nothing is changed', (change) => {
  expect(() => changeSettings(openDraft(initialState), { sloppy_tcp: 1, ...change })).toThrow(
    /Cannot set/,
  );
});

test('an unknown name is refused', () => {
  const change = { debug_level: 1 } as Partial<DirectorSettings>;
  expect(() => changeSettings(openDraft(initialState), change)).toThrow(
    'There is no setting "debug_level"',
  );
});

test('names are in alphabetical order', () => {
  expect(settingNames).toEqual(settingNames.toSorted());
  expect(settingNames).toHaveLength(30);
});
