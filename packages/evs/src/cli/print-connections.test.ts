import { expect, test } from 'vitest';
import { fixedNames } from '../../test/support/fixed-names.ts';
import type { ConnectionRecord, RealServerKey } from '../director/index.ts';
import { namedPrinter, printNumeric } from './endpoint-printer.ts';
import { printConnections } from './print-connections.ts';

const at = (address: string, port: number): RealServerKey => ({ address, port });
const connections: ConnectionRecord[] = [
  {
    protocol: 'udp',
    state: 'UDP',
    expiresInSeconds: 296,
    client: at('192.0.2.10', 34_649),
    virtual: at('192.0.2.10', 53),
    destination: at('192.0.2.20', 8088),
  },
  {
    protocol: 'tcp',
    state: 'CLOSE',
    expiresInSeconds: 6.9,
    client: at('2001:db8::10', 53_632),
    virtual: at('2001:db8::10', 80),
    destination: at('2001:db8::20', 8088),
  },
  {
    protocol: 'sctp',
    state: 'CLOSED',
    expiresInSeconds: 6053,
    client: at('10.1.0.2', 1003),
    virtual: at('10.1.0.100', 80),
    destination: at('10.1.0.12', 80),
  },
];

test('connections by number', () => {
  expect(printConnections(connections, false, printNumeric)).toBe(
    `IPVS connection entries
pro expire state       source             virtual            destination
UDP 04:56  UDP         192.0.2.10:34649   192.0.2.10:53      192.0.2.20:8088
TCP 00:06  CLOSE       [2001:db8::10]:53632 [2001:db8::10]:80  [2001:db8::20]:8088
SCTP 100:53 CLOSED      10.1.0.2:1003      10.1.0.100:80      10.1.0.12:80
`,
  );
});

test('the Call-ID of a template, in columns narrower than their titles, as ipvsadm has them', () => {
  const template: ConnectionRecord = {
    protocol: 'udp',
    state: 'NONE',
    expiresInSeconds: 360,
    client: at('10.1.0.2', 0),
    virtual: at('10.1.0.100', 5060),
    destination: at('10.1.0.11', 5060),
    engine: { name: 'sip', data: 'abc123@host' },
  };
  const row = 'UDP 06:00  NONE        10.1.0.2:0         10.1.0.100:5060    10.1.0.11:5060';

  expect(printConnections([template], true, printNumeric)).toBe(
    `IPVS connection entries
pro expire state       source             virtual            destination        pe name          pe_data
${row}   sip                abc123@host
`,
  );
  expect(printConnections([template], false, printNumeric)).toContain(`${row}\n`);
});

test('connections by name', async () => {
  const named = await namedPrinter(['192.0.2.10', '192.0.2.20'], fixedNames);
  expect(printConnections(connections.slice(0, 1), false, named)).toContain(
    'UDP 04:56  UDP         vip.example:34649  vip.example:domain real.example:8088\n',
  );
});
