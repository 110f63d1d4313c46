import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { callIdOf } from '../../../../test/fixtures/call-id-model.ts';
import { tcp, udp, type Endpoint } from '../../../../test/fixtures/packets.ts';
import { readFrame } from '../../../../test/fixtures/read-packet.ts';
import { realServer, editServer, serviceKey } from '../../../../test/fixtures/test-director.ts';
import { arriving, configure, topologies, type Setup } from '../../../../test/fixtures/topology.ts';
import { VmDirector } from '../../../../test/fixtures/vm-director.ts';

const { servers } = topologies.ipv4;
const [first, second, third] = servers;
const vip: Endpoint = { ...topologies.ipv4.vip, port: 5060 };

const sip: Setup = {
  protocol: 'udp',
  port: 5060,
  servers: 3,
  service: { persistence: { timeoutSeconds: 360, mask: 32 }, persistenceEngine: 'sip' },
};
function director({
  capacities,
  ...setup
}: Setup & { readonly capacities?: { readonly connections: number } } = {}): VmDirector {
  const made = new VmDirector(capacities);
  configure(made, { ...sip, ...setup });
  return made;
}

const invite = (callId: string): string =>
  `INVITE sip:bob@example.com SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1\r\nCall-ID: ${callId}\r\nCSeq: 1 INVITE\r\n\r\n`;

/** Which real server a datagram gets, from a port of its own. */
let ports = 1024;
function send(
  to: VmDirector,
  message: string | Uint8Array,
  client = '192.0.2.1',
  place: 'xdp' | 'tc' = 'xdp',
): string {
  const payload = typeof message === 'string' ? Buffer.from(message, 'latin1') : message;
  const datagram = udp({ address: client, port: ports++ }, vip, { payload });
  const { verdict, packet } = to.run(place, arriving(datagram));
  return verdict === 'drop' ? verdict : (readFrame(packet).ip?.destination ?? verdict);
}

const templates = (to: VmDirector): unknown[] =>
  to.templates().map(({ engine, destination }) => [engine?.data, destination.address]);

describe.each(['xdp', 'tc'] as const)('at %s, with the persistence engine sip', (place) => {
  test('a call stays with its real server, and the calls of a client take turns', () => {
    const to = director();

    const picks = ['a@h', 'b@h', 'a@h', 'c@h', 'b@h', 'a@h'].map((id) =>
      send(to, invite(id), undefined, place),
    );

    const [a, b, c] = [third.address, second.address, first.address];
    expect(picks).toEqual([a, b, a, c, b, a]);
    expect(templates(to)).toEqual([
      ['a@h', a],
      ['b@h', b],
      ['c@h', c],
    ]);
  });

  test('datagrams without a Call-ID are dropped, as in ip_vs', () => {
    const to = director();

    expect(send(to, 'OPTIONS sip:a SIP/2.0\r\nVia: x\r\n\r\n', undefined, place)).toBe('drop');
    expect(to.drops()).toEqual({ 'no Call-ID': 1 });
    expect(to.templates()).toEqual([]);
    expect(to.sizeOf('connections4') + to.sizeOf('calls4')).toBe(0);
  });
});

test('the same call of another client has a template of its own', () => {
  const to = director();

  expect([send(to, invite('a@h')), send(to, invite('a@h'), '192.0.2.2')]).toEqual([
    third.address,
    second.address,
  ]);
  expect(to.templates()).toHaveLength(2);
});

test('a mask joins clients, so that the call alone counts', () => {
  const to = director({
    service: { ...sip.service, persistence: { timeoutSeconds: 9, mask: '0.0.0.0' } },
  });

  expect([send(to, invite('a@h')), send(to, invite('a@h'), '192.0.2.2')]).toEqual([
    third.address,
    third.address,
  ]);
});

test('segments of TCP to a service by port of UDP are not its business', () => {
  const to = director();

  expect(to.run('xdp', arriving(tcp({ address: '192.0.2.1', port: 1 }, vip))).verdict).toBe('pass');
});

test('it works for IPv6, too', () => {
  const to = new VmDirector();
  configure(to, {
    ...sip,
    family: 'ipv6',
    service: { ...sip.service, persistence: { timeoutSeconds: 9, mask: 64 } },
  });
  const at = { ...topologies.ipv6.vip, port: 5060 };
  const from = (host: number): Endpoint => ({ address: `2001:db8:9::${host}`, port: 5060 });
  for (const [host, id] of [
    [1, 'a'],
    [2, 'b'],
    [3, 'a'],
  ] as const) {
    to.run('xdp', arriving(udp(from(host), at, { payload: Buffer.from(invite(id)) })));
  }

  expect(templates(to)).toEqual([
    ['a', topologies.ipv6.servers[2].address],
    ['b', topologies.ipv6.servers[1].address],
  ]);
});

test('with one-packet scheduling, calls stay where they are without any connection', () => {
  const to = director({ service: { ...sip.service, onePacket: true } });

  expect(['a', 'b', 'a', 'b'].map((id) => send(to, invite(id)))).toEqual([
    third.address,
    second.address,
    third.address,
    second.address,
  ]);
  expect(to.sizeOf('connections4')).toBe(0);
  to.wait(400);
  to.sweep();
  to.wait(3);
  to.sweep();
  expect([to.sizeOf('templates4'), to.sizeOf('calls4')]).toEqual([0, 0]);
});

test('a call is forgotten with its template, and that with its last connection', () => {
  const to = director({
    service: { ...sip.service, persistence: { timeoutSeconds: 9, mask: 32 } },
  });
  send(to, invite('a'));
  to.wait(10);
  to.sweep();
  expect(templates(to)).toEqual([['a', third.address]]);

  to.wait(300);
  to.sweep();
  to.wait(70);
  to.sweep();
  to.sweep();

  expect([to.sizeOf('connections4'), to.sizeOf('templates4'), to.sizeOf('calls4')]).toEqual([
    0, 0, 0,
  ]);
  expect(to.persistent()).toEqual({});
});

test('a call leaves a real server that is drained where expire_quiescent_template says so', () => {
  const to = director();
  to.apply({ kind: 'changeSettings', settings: { expire_quiescent_template: 1 } });
  send(to, invite('a'));
  to.apply(editServer(serviceKey(vip, 'udp'), realServer(third, 'masquerading', { weight: 0 })));

  expect(send(to, invite('a'))).toBe(second.address);
  expect(send(to, invite('a'))).toBe(second.address);
});

test('what is left of the templates of several calls is one template, until all their connections ended', () => {
  const to = director();
  to.apply({ kind: 'changeSettings', settings: { expire_quiescent_template: 1 } });
  // Every third datagram goes to the same real server.
  for (const id of ['a', 'b', 'c', 'd']) send(to, invite(id));
  to.apply(editServer(serviceKey(vip, 'udp'), realServer(third, 'masquerading', { weight: 0 })));
  for (const id of ['a', 'd']) expect(send(to, invite(id))).not.toBe(third.address);

  const remains = to.templates().filter(({ destination }) => destination.address === third.address);
  expect(remains.map(({ engine, virtual }) => [engine, virtual.port])).toEqual([
    [undefined, 65535],
  ]);
  for (const seconds of [301, 61, 400, 61]) {
    to.wait(seconds);
    to.sweep();
  }
  expect([to.sizeOf('connections4'), to.sizeOf('templates4')]).toEqual([0, 0]);
  expect(to.persistent()).toEqual({});
});

test('connections end as they should after the engine is taken off their service', () => {
  const to = director();
  send(to, invite('a'));
  to.apply({
    kind: 'editService',
    service: {
      key: serviceKey(vip, 'udp'),
      scheduler: 'rr',
      schedulerFlags: 0,
      onePacket: false,
    },
  });
  for (const seconds of [301, 400]) {
    to.wait(seconds);
    to.sweep();
  }

  expect([to.sizeOf('connections4'), to.sizeOf('templates4')]).toEqual([0, 0]);
  expect(to.persistent()).toEqual({});
});

describe('a Call-ID', () => {
  /** One director for all: each message comes from a client of its own. */
  const to = director({ capacities: { connections: 4096 } });
  let clients = 0;
  const heard = (message: string | Uint8Array): unknown => {
    const client = `10.1.${++clients >> 8}.${clients & 255}`;
    const verdict = send(to, message, client);
    const own = to.templates().find((template) => template.client.address === client);
    expect(verdict === 'drop').toBe(own === undefined);
    return own?.engine?.data;
  };

  test.each([
    ['of one word', invite('abc'), 'abc'],
    ['with a host', invite('abc@192.0.2.1:5060'), 'abc@192.0.2.1:5060'],
    ['under its compact name', 'X\r\ni: abc\r\n', 'abc'],
    ['in any case', 'X\r\ncALL-iD:abc\r\n', 'abc'],
    ['behind a bare carriage return', 'X\rCall-ID: abc\r', 'abc'],
    ['behind a bare line feed', 'X\nCall-ID: abc\n', 'abc'],
    ['in a folded line', 'X\r\nCall-ID :\r\n  abc\r\n', 'abc'],
    ['of 255 bytes', invite('x'.repeat(255)), 'x'.repeat(255)],
    ['of 256 bytes', invite('x'.repeat(256)), undefined],
    ['whose line does not end', 'X\r\nCall-ID: abc', undefined],
    ['with a blank behind it', 'X\r\nCall-ID: abc \r\n', undefined],
    ['with two at signs', 'X\r\nCall-ID: a@b@c\r\n', undefined],
    ['without a host behind the at sign', 'X\r\nCall-ID: a@\r\n', undefined],
    ['that another one follows', 'X\r\nCall-ID: @a\r\ni: b\r\n', 'b'],
    ['in the first line', 'Call-ID: abc\r\n', undefined],
    ['in a line that goes on', 'X: y\r\n Call-ID: abc\r\n', undefined],
    ['of a longer name', 'X\r\nCall-IDs: abc\r\n', undefined],
    ['behind an empty line', 'X\r\n\r\nCall-ID: abc\r\n', 'abc'],
  ])('%s', (_, message, expected) => {
    expect(callIdOf(Buffer.from(message, 'latin1'))).toBe(expected);
    expect(heard(message)).toBe(expected);
  });

  test('is looked for in the first 4,095 bytes', () => {
    const long = (filler: number): string => `X: ${'y'.repeat(filler)}\r\ni: abc\r\n`;

    expect(heard(long(4095 - 13))).toBe('abc');
    expect(heard(long(4095 - 12))).toBe('abc');
    expect(heard(long(4095))).toBe(undefined);
  });

  test('is found or not as in ip_vs in whatever comes', () => {
    const part = fc.oneof(
      fc.constantFrom('\r', '\n', '\r\n', ' ', '\t', ':', '@', 'i', 'I:', 'Call-ID', 'call-id:'),
      fc.constantFrom('Call-', 'C', 'Call-ID: ', 'i: ', 'a', 'a@b', '@', 'x'.repeat(128), '\xe4'),
      fc.string({ maxLength: 4 }),
    );
    const messages = fc.oneof(
      fc.array(part, { maxLength: 24 }).map((parts) => Buffer.from(parts.join(''), 'latin1')),
      fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
    );

    fc.assert(
      fc.property(messages, (message) => {
        expect(heard(message)).toBe(callIdOf(message));
      }),
      { numRuns: 400 },
    );
  });
});
