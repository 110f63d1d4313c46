import { SynchronisedFlag, type SynchronisedConnection } from '../../director/index.ts';
import { OptionType, Record0, Record1, Sequences0, Sequences1 } from './layouts.ts';

/** A record of version 1, ready for a message. */
export function writeRecord1(connection: SynchronisedConnection): Uint8Array {
  const { client, virtual, destination } = connection;
  const options = optionsOf(connection);
  const plain = Record1.sizeBytes + 3 * client.length;
  const sizeBytes = options.reduce((sum, option) => sum + option.length, plain);
  const record = new Uint8Array(sizeBytes);
  Record1.encode(
    {
      ...connection,
      type: client.length === 16 ? 1 : 0,
      size: sizeBytes,
      timeoutSeconds: connection.timeoutSeconds ?? 0,
    },
    record,
  );
  let at = Record1.sizeBytes;
  for (const part of [client, virtual, destination, ...options]) {
    record.set(part, at);
    at += part.length;
  }
  return record;
}

/** ip_vs sends them in the order of their types. */
function optionsOf({ flags, sequences, engine }: SynchronisedConnection): Uint8Array[] {
  const options: Uint8Array[] = [];
  if ((flags & SynchronisedFlag.sequences) !== 0) {
    const bytes = Sequences1.encode(sequenceNumbers(sequences));
    options.push(option(OptionType.sequences, bytes));
  }
  if (engine !== undefined) {
    options.push(
      option(OptionType.engineData, engine.data),
      option(OptionType.engineName, Buffer.from(engine.name, 'latin1')),
    );
  }
  return options;
}

const option = (type: number, data: Uint8Array): Uint8Array =>
  Uint8Array.of(type, data.length, ...data);

const sequenceNumbers = ([
  inInitial = 0,
  inDelta = 0,
  inPreviousDelta = 0,
  outInitial = 0,
  outDelta = 0,
  outPreviousDelta = 0,
]: readonly number[] = []) => ({
  inInitial,
  inDelta,
  inPreviousDelta,
  outInitial,
  outDelta,
  outPreviousDelta,
});

/** A record of version 0; undefined if that version cannot tell of such a connection. */
export function writeRecord0(connection: SynchronisedConnection): Uint8Array | undefined {
  const { client, virtual, destination, flags } = connection;
  if (client.length !== 4) return undefined;
  const sequences =
    (flags & SynchronisedFlag.sequences) === 0
      ? new Uint8Array(0)
      : Sequences0.encode(sequenceNumbers(connection.sequences));
  const record = new Uint8Array(Record0.sizeBytes + sequences.length);
  Record0.encode(
    {
      ...connection,
      zero: 0,
      client: addressNumber(client),
      virtual: addressNumber(virtual),
      destination: addressNumber(destination),
    },
    record,
  );
  record.set(sequences, Record0.sizeBytes);
  return record;
}

const addressNumber = (address: Uint8Array): number =>
  new DataView(address.buffer, address.byteOffset).getUint32(0);
