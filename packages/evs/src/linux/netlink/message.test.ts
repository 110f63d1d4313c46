import fc from 'fast-check';
import { expect, test } from 'vitest';
import { attribute, attributesIn, numberOf, textOf } from './attributes.ts';
import { decodeMessages, encodeMessage } from './message.ts';
import { acknowledged } from './netlink-error.ts';

test('several messages in one buffer are all found', () => {
  const first = encodeMessage(16, 2, 7, [attribute(3, 'eth0')]);
  const second = encodeMessage(17, 0, 8, [Buffer.of(1, 2, 3, 4)]);

  const [link, gone, ...rest] = decodeMessages(Buffer.concat([first, second]));

  expect(link).toMatchObject({ type: 16, flags: 2, sequence: 7 });
  expect(textOf(attributesIn(link?.body ?? Buffer.alloc(0)).get(3) ?? Buffer.alloc(0))).toBe(
    'eth0',
  );
  expect(gone).toMatchObject({ type: 17, sequence: 8, body: Buffer.of(1, 2, 3, 4) });
  expect(rest).toEqual([]);
});

test('attributes are padded to four bytes and found behind each other', () => {
  const bytes = Buffer.concat([
    attribute(1, Buffer.of(9)),
    attribute(2, 77),
    attribute(3, [attribute(4, 'x')]),
  ]);
  const values = attributesIn(bytes);

  expect(bytes.length).toBe(8 + 8 + 12);
  expect(values.get(1)).toEqual(Buffer.of(9));
  expect(numberOf(values.get(2))).toBe(77);
  expect(textOf(attributesIn(values.get(3) ?? Buffer.alloc(0)).get(4) ?? Buffer.alloc(0))).toBe(
    'x',
  );
});

test('decoders come to an end and stay within the bytes, whatever these are', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const buffer = Buffer.from(bytes);
      const bodies = decodeMessages(buffer).map(({ body }) => body.length);
      const values = [...attributesIn(buffer).values()].map((value) => value.length);
      expect(Math.max(0, ...bodies, ...values)).toBeLessThanOrEqual(bytes.length);
    }),
  );
});

test('acknowledged() gives errno and the kernel’s own words', () => {
  const errno = Buffer.alloc(4);
  errno.writeInt32LE(-17);
  const request = encodeMessage(20, 0, 1, []);
  const body = Buffer.concat([errno, request, attribute(1, 'Exclusivity flag on, cannot modify')]);

  expect(acknowledged({ type: 2, flags: 0x200, sequence: 1, body })).toEqual({
    errno: 17,
    text: 'Exclusivity flag on, cannot modify',
  });
  expect(acknowledged({ type: 2, flags: 0, sequence: 1, body })).toEqual({ errno: 17 });
});
