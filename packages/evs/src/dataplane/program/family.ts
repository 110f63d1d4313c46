import type { ArrayIndexLayout, MapDefinition, Pointer, Struct, U32, U64, Value } from '@evs/ebpf';
import { u32 } from '@evs/ebpf';
import { EtherType } from '../../packet/index.ts';
import { type Call, type CallScan4, type CallScan6 } from '../call-layouts.ts';
import {
  FirstFragment4,
  FirstFragment6,
  FlowKey4,
  FlowKey6,
  FragmentKey4,
  FragmentKey6,
  ServiceKey4,
  ServiceKey6,
  TemplateKey4,
  TemplateKey6,
  type Connection,
  type ServiceIndex,
  type Template,
} from '../layouts.ts';
import type { DirectorMaps } from '../maps.ts';

/** What differs between IPv4 and IPv6, so that every step is written once. */
export interface Family {
  readonly name: 'ipv4' | 'ipv6';
  /** AF_INET or AF_INET6. */
  readonly number: 2 | 10;
  readonly etherType: number;
  /** Length of the header without options or extensions. */
  readonly headerBytes: number;
  readonly addressBytes: 4 | 16;
  /** Where the source address stands in the IP header; the destination follows it. */
  readonly sourceAt: number;
  readonly FlowKey: Struct;
  readonly ServiceKey: Struct;
  readonly TemplateKey: Struct;
  readonly connections: MapDefinition<Struct, typeof Connection>;
  readonly replies: MapDefinition;
  readonly services: MapDefinition<Struct, typeof ServiceIndex>;
  readonly templates: MapDefinition<Struct, typeof Template>;
  readonly FragmentKey: Struct;
  readonly FirstFragment: typeof FirstFragment4 | typeof FirstFragment6;
  readonly fragments: MapDefinition<Struct, typeof FirstFragment4 | typeof FirstFragment6>;
  readonly calls: MapDefinition<Struct, typeof Call>;
  readonly callScan: MapDefinition<ArrayIndexLayout, typeof CallScan4 | typeof CallScan6>;
  /** Keys of connections that were half-open when they were made. */
  readonly halfOpen: MapDefinition<ArrayIndexLayout>;
}

export const ipv4 = (maps: DirectorMaps): Family => ({
  name: 'ipv4',
  number: 2,
  etherType: EtherType.ipv4,
  headerBytes: 20,
  addressBytes: 4,
  sourceAt: 12,
  FlowKey: FlowKey4,
  ServiceKey: ServiceKey4,
  TemplateKey: TemplateKey4,
  connections: maps.connections4,
  replies: maps.replies4,
  services: maps.services4,
  templates: maps.templates4,
  FragmentKey: FragmentKey4,
  FirstFragment: FirstFragment4,
  fragments: maps.fragments4,
  calls: maps.calls4,
  callScan: maps.callScan4,
  halfOpen: maps.halfOpen4,
});

export const ipv6 = (maps: DirectorMaps): Family => ({
  name: 'ipv6',
  number: 10,
  etherType: EtherType.ipv6,
  headerBytes: 40,
  addressBytes: 16,
  sourceAt: 8,
  FlowKey: FlowKey6,
  ServiceKey: ServiceKey6,
  TemplateKey: TemplateKey6,
  connections: maps.connections6,
  replies: maps.replies6,
  services: maps.services6,
  templates: maps.templates6,
  FragmentKey: FragmentKey6,
  FirstFragment: FirstFragment6,
  fragments: maps.fragments6,
  calls: maps.calls6,
  callScan: maps.callScan6,
  halfOpen: maps.halfOpen6,
});

/** An address somewhere in memory that a program can read. */
export interface AddressPlace {
  readonly pointer: Pointer;
  readonly at: number;
}

/** A 32-bit word of an address, as it lies in memory. */
export const addressWord = (place: AddressPlace, index: number): Value<U32> =>
  place.pointer.load(u32, place.at + 4 * index);

/** Numbers of an address's words: 0, or 0 to 3. */
export const wordIndexes = (family: Family): readonly number[] =>
  family.addressBytes === 4 ? [0] : [0, 1, 2, 3];

/** All words of an address mixed into one: the address itself for IPv4, as ip_vs folds it for IPv6. */
export const foldAddress = (family: Family, place: AddressPlace): Value<U32> =>
  wordIndexes(family)
    .slice(1)
    .reduce((folded, index) => folded.xor(addressWord(place, index)), addressWord(place, 0));

/** A one's complement sum in progress, RFC 1071: 16-bit words of either byte order, carries above. */
export type Sum = Value<U64>;
