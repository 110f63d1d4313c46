import { readFileSync } from 'node:fs';

/** Tables of routes that have names everywhere; others are in rt_tables of iproute2. */
const tables: Readonly<Record<string, number>> = { local: 255, main: 254, default: 253 };
/** RTPROT_ of include/uapi/linux/rtnetlink.h. */
const protocols: Readonly<Record<string, number>> = {
  redirect: 1,
  kernel: 2,
  boot: 3,
  static: 4,
  ra: 9,
  keepalived: 18,
};

export const tableNumber = (name: string): number | undefined =>
  numberOf(name, tables, 'rt_tables');

/** Routes and rules of keepalived bear its number, unless they say otherwise. */
export const protocolNumber = (name: string | undefined): number =>
  (name === undefined ? undefined : numberOf(name, protocols, 'rt_protos')) ?? 18;

function numberOf(
  name: string,
  known: Readonly<Record<string, number>>,
  file: string,
): number | undefined {
  const number = Number(name);
  if (Number.isInteger(number)) return number;
  return known[name] ?? numberIn(file, name);
}

function numberIn(file: string, name: string): number | undefined {
  for (const folder of ['/etc/iproute2', '/usr/share/iproute2', '/usr/lib/iproute2']) {
    try {
      const lines = readFileSync(`${folder}/${file}`, 'utf8').split('\n');
      const found = lines.map((line) => line.trim().split(/\s+/)).find(([, word]) => word === name);
      if (found !== undefined) return Number(found[0]);
    } catch {
      // Not every system has each of these folders.
    }
  }
  return undefined;
}
