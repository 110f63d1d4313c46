import { describe, expect, test } from 'vitest';
import { disassemble } from '../isa/index.ts';
import { be16, bytes, packed, u32, u8 } from '../layout/index.ts';
import { Machine } from '../vm/index.ts';
import { tc, TcVerdict, xdp, XdpVerdict, type Window } from './index.ts';

const Ethernet = packed('ethernet', { destination: bytes(6), source: bytes(6), type: be16 });
const Byte = packed('byte', { value: u8 });

const frame = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => index);

test('a window is there if the packet is long enough', () => {
  const program = xdp('window', (_b, packet) => {
    const last = packet.window(19, 1).orReturn(XdpVerdict.drop).view(Byte);
    return last.get('value').to(u32);
  });

  expect(new Machine(program).run(program, frame(20)).verdict).toBe(19);
  expect(new Machine(program).run(program, frame(19)).verdict).toBe(XdpVerdict.drop);
});

test('a window may start at a value', () => {
  const program = xdp('window', (_b, packet) => {
    const first = packet.window(0, 1).orReturn(XdpVerdict.drop).view(Byte).get('value');
    const at = first.and(31).to(u32).add(2);
    return packet.window(at, 4).orReturn(XdpVerdict.drop).view(Byte, 3).get('value').to(u32);
  });
  const packet = frame(20);
  packet[0] = 7;

  expect(new Machine(program).run(program, packet).verdict).toBe(7 + 2 + 3);
});

test('writes arrive in the packet', () => {
  const program = tc('swap', (b, packet) => {
    const ethernet = packet.window(0, Ethernet.sizeBytes).orReturn(TcVerdict.ok).view(Ethernet);
    const source = b.local(Ethernet);
    source.copy('source', ethernet, 'source');
    ethernet.copy('source', ethernet, 'destination');
    ethernet.copy('destination', source, 'source');
    return TcVerdict.redirect;
  });
  const { packet } = new Machine(program).run(program, frame(14));

  expect([...packet]).toEqual([6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5, 12, 13]);
});

test('bytes that were checked are not checked again', () => {
  const program = xdp('twice', (b, packet) => {
    packet.window(0, 34).orReturn(XdpVerdict.pass);
    const ethernet = packet.window(0, 14).orReturn(XdpVerdict.drop).view(Ethernet);
    b.if(ethernet.get('type').ne(0x0800), () => b.return(XdpVerdict.pass));
    return packet.window(20, 4).orReturn(XdpVerdict.drop).view(Byte).get('value').to(u32);
  });

  expect(disassemble(program)).toMatchInlineSnapshot(`
    "twice:
      r2 = *(u32 *)(r1 + 0)
      r1 = *(u32 *)(r1 + 4)
      r0 = r2
      r0 += 34
      if r0 > r1 goto L1
      r0 = *(u16 *)(r2 + 12)
      if w0 != 8 goto L1
      r0 = *(u8 *)(r2 + 20)
      exit
    L1:
      w0 = 2
      exit"
  `);
});

test('two ways to a window become one', () => {
  const program = xdp('either', (_b, packet) => {
    const window: Window = packet
      .window(10, 20)
      .orElse(() => packet.window(2, 4).orReturn(XdpVerdict.drop));
    expect(window.lengthBytes).toBe(4);
    return window.view(Byte).get('value').to(u32);
  });
  const verdict = (length: number) => new Machine(program).run(program, frame(length)).verdict;

  expect([verdict(40), verdict(20), verdict(3)]).toEqual([10, 2, XdpVerdict.drop]);
});

test('length() is that of the packet at both hooks', () => {
  const atXdp = xdp('length', (_b, packet) => packet.length());
  const atTc = tc('length', (_b, packet) => packet.length());

  expect(new Machine(atXdp).run(atXdp, frame(61)).verdict).toBe(61);
  expect(new Machine(atTc).run(atTc, frame(61)).verdict).toBe(61);
});

describe('misuse is told apart', () => {
  test('a view that ends beyond the window', () => {
    expect(() =>
      xdp('views', (_b, packet) => {
        packet.window(0, 14).orReturn(XdpVerdict.pass).view(Ethernet, 1);
        return XdpVerdict.pass;
      }),
    ).toThrow('views › view ethernet: 14 bytes at 1 end beyond the 14 checked bytes');
  });

  test('a window from before the packet was changed', () => {
    expect(() =>
      tc('stale', (b, packet) => {
        const ethernet = packet.window(0, 14).orReturn(TcVerdict.ok).view(Ethernet);
        b.helper('skb_pull_data', packet.context, 34);
        return ethernet.get('type').host().to(u32);
      }),
    ).toThrow('stale › load ethernet: the packet may have moved since this window was checked');
  });

  test('but a path that has returned does not spoil the others', () => {
    expect(() =>
      tc('returned', (b, packet) => {
        const ethernet = packet.window(0, 14).orReturn(TcVerdict.ok).view(Ethernet);
        b.if(ethernet.get('type').eq(1), () => {
          b.helper('skb_pull_data', packet.context, 34);
          b.return(TcVerdict.ok);
        });
        return ethernet.get('type').host().to(u32);
      }),
    ).not.toThrow();
  });

  test('a new window without finding the packet again', () => {
    expect(() =>
      tc('forgotten', (b, packet) => {
        b.helper('skb_pull_data', packet.context, 34);
        packet.window(0, 14).orReturn(TcVerdict.ok);
        return TcVerdict.ok;
      }),
    ).toThrow('forgotten › window: the packet may have moved: call packet.reload() first');
  });

  test('a window that no packet pointer could reach', () => {
    expect(() =>
      xdp('far', (_b, packet) => {
        packet.window(65_530, 20).orReturn(XdpVerdict.pass);
        return XdpVerdict.pass;
      }),
    ).toThrow('far › window: 20 bytes at 65530 cannot be checked');
  });
});
