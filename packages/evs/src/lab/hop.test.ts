import { expect, test } from 'vitest';
import {
  addressBytes,
  Ethernet,
  EtherType,
  IpProtocol,
  Ipv4,
  Tcp,
  TcpFlag,
} from '../packet/index.ts';
import { hopTable } from './hop-table.ts';
import { readHop, traceHops, type Hop } from './hop.ts';
import { addressOf, macOf, servicePort, vip, type HostName } from './topology.ts';

const clientPort = 40_000;

interface FrameOptions {
  readonly from: HostName;
  readonly to: HostName;
  readonly source?: readonly [string, number];
  readonly destination?: readonly [string, number];
  readonly flags?: number;
  readonly outer?: readonly [string, string];
}

/** A frame of the first packets of a connection from `client` to the VIP. */
function frame({
  from,
  to,
  source = [addressOf('client'), clientPort],
  destination = [vip, servicePort],
  flags = TcpFlag.syn,
  outer,
}: FrameOptions): Uint8Array {
  const tcp = Tcp.encode({
    sourcePort: source[1],
    destinationPort: destination[1],
    sequence: 1,
    acknowledgement: 0,
    dataOffset: 0x50,
    flags,
    window: 1000,
    checksum: 0,
    urgent: 0,
  });
  const inner = ipv4(source[0], destination[0], IpProtocol.tcp, tcp);
  const packet = outer === undefined ? inner : ipv4(outer[0], outer[1], IpProtocol.ipip, inner);
  const ethernet = Ethernet.encode({
    destination: macBytes(to),
    source: macBytes(from),
    etherType: EtherType.ipv4,
  });
  return Buffer.concat([ethernet, packet]);
}

function ipv4(
  source: string,
  destination: string,
  protocol: number,
  payload: Uint8Array,
): Uint8Array {
  const header = Ipv4.encode({
    versionAndLength: 0x45,
    typeOfService: 0,
    totalLength: 20 + payload.length,
    identification: 0,
    fragment: 0,
    timeToLive: 64,
    protocol,
    checksum: 0,
    source: Buffer.from(addressBytes(source)).readUInt32BE(),
    destination: Buffer.from(addressBytes(destination)).readUInt32BE(),
  });
  return Buffer.concat([header, payload]);
}

const macBytes = (host: HostName): Uint8Array =>
  Buffer.from(macOf(addressOf(host)).replaceAll(':', ''), 'hex');

const answer = {
  source: [vip, servicePort],
  destination: [addressOf('client'), clientPort],
  flags: TcpFlag.syn | TcpFlag.ack,
} as const;

test('readHop() names the hosts at both ends of the cable', () => {
  expect(readHop(frame({ from: 'client', to: 'lvs-1' }))).toEqual({
    from: 'client',
    to: 'lvs-1',
    sourceMac: '02:00:c0:a8:25:14',
    destinationMac: '02:00:c0:a8:25:b5',
    source: '192.168.37.20:40000',
    destination: '192.168.37.189:8088',
    kind: 'request',
  });
});

test('readHop() looks into a tunnel and keeps its addresses', () => {
  const outer = [addressOf('lvs-1'), addressOf('nginx-1')] as const;
  expect(readHop(frame({ from: 'lvs-1', to: 'nginx-1', outer }))).toMatchObject({
    destination: '192.168.37.189:8088',
    outer: { source: '192.168.37.181', destination: '192.168.37.183' },
  });
});

test('readHop() passes over everything but the first segment of either side, and cut frames', () => {
  expect(readHop(frame({ from: 'client', to: 'lvs-1', flags: TcpFlag.ack }))).toBeUndefined();
  const whole = frame({ from: 'client', to: 'lvs-1' });
  for (let length = 0; length < whole.length; length++) {
    expect(readHop(whole.subarray(0, length))).toBeUndefined();
  }
});

test('traceHops() puts frames in the order of the way, whatever order they were captured in', () => {
  const frames = [
    frame({ from: 'nginx-1', to: 'client', ...answer }),
    frame({ from: 'lvs-1', to: 'nginx-1' }),
    frame({ from: 'client', to: 'lvs-1' }),
    frame({ from: 'client', to: 'lvs-1' }), // sent again
  ];
  const hops = traceHops(
    'client',
    frames.flatMap((bytes) => readHop(bytes) ?? []),
  );
  expect(hops.map((hop) => `${hop.from} → ${hop.to}`)).toEqual([
    'client → lvs-1',
    'lvs-1 → nginx-1',
    'nginx-1 → client',
  ]);
});

test('traceHops() of a way that goes in a circle ends', () => {
  const hop = readHop(frame({ from: 'client', to: 'client' })) as Hop;
  expect(traceHops('client', [hop, hop])).toHaveLength(1);
});

test('hopTable() marks what each host changed', () => {
  const hops = [
    frame({ from: 'client', to: 'lvs-1' }),
    frame({ from: 'lvs-1', to: 'nginx-1' }),
  ].flatMap((bytes) => readHop(bytes) ?? []);
  expect(hopTable(hops, (text) => `*${text}*`).join('\n')).toMatchInlineSnapshot(`
    "hop              source MAC         destination MAC    source               destination
    client → lvs-1   02:00:c0:a8:25:14  02:00:c0:a8:25:b5  192.168.37.20:40000  192.168.37.189:8088
    lvs-1 → nginx-1  *02:00:c0:a8:25:b5*  *02:00:c0:a8:25:b7*  192.168.37.20:40000  192.168.37.189:8088"
  `);
});
