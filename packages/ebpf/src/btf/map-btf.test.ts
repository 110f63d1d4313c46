import { describe, expect, test } from 'vitest';
import { be16, bytes, reserved, struct, u32, u64, u8 } from '../layout/index.ts';
import { arrayMap, deviceMap, hashMap } from '../map/index.ts';
import { encodeMapBtf, type MapBtf } from './map-btf.ts';

const Timer = struct('bpf_timer', { first: u64, second: u64 });
const Inner = struct('inner', { port: be16, mac: bytes(6) });
const Value = struct('a value', {
  timer: Timer,
  packets: u64,
  inner: Inner,
  up: u8,
  _: reserved(7),
});
const Key = struct('key', { address: bytes(16), id: u32 });

/** `name kind size` of every type, in order. */
function typesOf(btf: MapBtf | undefined): string[] {
  const blob = btf?.blob ?? new Uint8Array();
  const view = new DataView(blob.buffer);
  const typeBytes = view.getUint32(12, true);
  const nameAt = (offset: number): string => {
    const start = 24 + typeBytes + offset;
    return String.fromCodePoint(...blob.slice(start, blob.indexOf(0, start)));
  };
  const extra = [0, 1, 0, 3, 0, 0, 0, 0, 0];
  const types: string[] = [];
  for (let at = 24; at < 24 + typeBytes;) {
    const info = view.getUint32(at + 4, true);
    const [kind, count] = [info >>> 24, info & 0xffff];
    const members = Array.from({ length: kind === 4 ? count : 0 }, (_, index) => {
      const member = at + 12 + index * 12;
      const name = nameAt(view.getUint32(member, true));
      return `${name}:${view.getUint32(member + 4, true)}@${view.getUint32(member + 8, true)}`;
    });
    types.push(
      [nameAt(view.getUint32(at, true)), kind, view.getUint32(at + 8, true), ...members].join(' '),
    );
    at += 12 + (extra[kind] ?? 0) * 4 + members.length * 12;
  }
  return types;
}

describe('encodeMapBtf()', () => {
  test('describes key and value field by field, padding and kernel structs included', () => {
    const btf = encodeMapBtf(hashMap({ name: 'm', key: Key, value: Value, capacity: 1 }));

    expect(typesOf(btf)).toEqual([
      'u8 1 1',
      'u32 1 4',
      ' 3 0',
      'key 4 20 address:3@0 id:2@128',
      'bpf_timer 4 16',
      'u64 1 8',
      'u16 1 2',
      'be16 8 7',
      ' 3 0',
      'inner 4 8 port:8@0 mac:9@16',
      ' 3 0',
      'a_value 4 40 timer:5@0 packets:6@128 inner:10@192 up:1@256 _0:11@264',
    ]);
    expect(btf).toMatchObject({ keyTypeId: 4, valueTypeId: 12 });
  });

  test('gives an array a plain integer as its key', () => {
    const btf = encodeMapBtf(arrayMap({ name: 'm', value: Inner, capacity: 1 }));

    expect(typesOf(btf)[0]).toBe('u32 1 4');
    expect(btf?.keyTypeId).toBe(1);
  });

  test('has nothing to say about a device map, which takes no types', () => {
    expect(encodeMapBtf(deviceMap({ name: 'm', capacity: 1 }))).toBeUndefined();
  });
});
