import type { ConnectionRecord } from '../director/index.ts';
import type { EndpointPrinter } from './endpoint-printer.ts';

/** What `ipvsadm -Lc` prints. `engines` adds columns for what persistence engines know of templates. */
export function printConnections(
  connections: readonly ConnectionRecord[],
  engines: boolean,
  endpoint: EndpointPrinter,
): string {
  const title = row(
    'pro',
    'expire',
    'state',
    'source',
    'virtual',
    engines ? `${'destination'.padEnd(18)} ${'pe name'.padEnd(16)} pe_data` : 'destination',
  );
  const rows = connections.map((connection) => {
    const protocol = connection.protocol === 'ip' ? 'tcp' : connection.protocol;
    const { engine } = connection;
    const destination = endpoint(connection.destination, protocol);
    return row(
      connection.protocol.toUpperCase(),
      printExpiry(connection.expiresInSeconds),
      connection.state,
      endpoint(connection.client, protocol),
      endpoint(connection.virtual, protocol),
      // Narrower than the title, as ipvsadm has it.
      engines && engine !== undefined
        ? `${destination.padEnd(16)} ${engine.name.padEnd(18)} ${engine.data}`
        : destination,
    );
  });
  return ['IPVS connection entries', title, ...rows, ''].join('\n');
}

function row(
  protocol: string,
  expiry: string,
  state: string,
  client: string,
  virtual: string,
  destination: string,
): string {
  return `${protocol.padEnd(3)} ${expiry.padEnd(6)} ${state.padEnd(11)} ${client.padEnd(18)} ${virtual.padEnd(18)} ${destination}`;
}

const printExpiry = (seconds: number): string =>
  `${twoDigits(Math.floor(seconds / 60))}:${twoDigits(Math.floor(seconds) % 60)}`;
const twoDigits = (number: number): string => String(number).padStart(2, '0');
