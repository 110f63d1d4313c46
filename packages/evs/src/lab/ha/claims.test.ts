import { expect, test } from 'vitest';
import { claimsFor, type Observation } from './claims.ts';
import { happenings, type Happening } from './happenings.ts';

const files = { configuration: '/etc/keepalived/keepalived.conf', pid: '/run/evs/evsd.pid' };
const named = (name: Happening['name']): Happening => {
  const found = happenings({ 'lvs-1': files, 'lvs-2': files }).find((one) => one.name === name);
  if (found === undefined) throw new Error(`Nothing is called ${name}`);
  return found;
};
const client = { client: 'client', owner: 'lvs-2', ownerAfterMs: 3_812, silenceMs: 40 } as const;
const killed: Observation = {
  happening: 'kill',
  holders: ['lvs-1', 'lvs-2'],
  clients: [client, { ...client, client: 'remote' }],
  answers: { client: ['nginx-1'], remote: ['nginx-2'] },
};
const broken = (name: Happening['name'], seen: Observation): string[] =>
  claimsFor(named(name), seen).flatMap(({ claim, holds, seen: instead }) =>
    holds ? [] : [`${claim}: ${instead}`],
  );

test('all holds after a daemon was killed as it should be', () => {
  expect(broken('kill', killed)).toEqual([]);
});

test('a client that still looks for the VIP at the lost director is told', () => {
  const stuck = { ...client, owner: 'lvs-1', ownerAfterMs: undefined } as const;
  expect(broken('kill', { ...killed, clients: [stuck] })).toEqual([
    'packets of client for 192.168.37.189 go to lvs-2: lvs-1',
    'client is turned to lvs-2 within 5305 ms: undefined ms',
  ]);
});

test('a take-over later than the protocol says is told', () => {
  expect(broken('stop', { ...killed, holders: ['lvs-2'] })).toEqual([
    'client is turned to lvs-2 within 2305 ms: 3812 ms',
    'remote is turned to lvs-2 within 2305 ms: 3812 ms',
  ]);
});

test('requests without an answer while the data plane should go on are told', () => {
  const silent = { ...client, silenceMs: 3_800 };
  expect(broken('kill', { ...killed, clients: [silent] })).toEqual([
    'client is answered all the while, never later than 2000 ms: 3800 ms of silence',
  ]);
});

test('a director that keeps the VIP beside the other is told', () => {
  expect(broken('cut', killed)).toEqual(['lvs-2 has 192.168.37.189: lvs-1 and lvs-2']);
});
