import type { DirectorClient, ServiceStatus } from '../api/index.ts';
import { sameService, type Command, type ServiceKey } from '../director/index.ts';
import type { IpAddress } from '../packet/ip-address.ts';
import { namedPrinter, printNumeric, type EndpointPrinter } from './endpoint-printer.ts';
import { refusalText } from './error-text.ts';
import { helpText, versionText } from './help.ts';
import type { Invocation } from './invocation.ts';
import type { Names } from './names.ts';
import { printCommands } from './print-commands.ts';
import { printConnections } from './print-connections.ts';
import { printDaemons } from './print-daemons.ts';
import { printBanner, printListing } from './print-listing.ts';

/** What a command line needs from the world. */
export interface Surroundings {
  /** The director; starts one if there is none. Throws E_NO_DAEMON if none can be had. */
  readonly director: () => Promise<DirectorClient>;
  readonly names: Names;
  /** All of standard input. */
  readonly input: () => Promise<string>;
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
}

/** Exit statuses of ipvsadm. */
export const done = 0;
export const listingFailed = 1;
const refused = 255;

/** Carries out one command line but `-R` and returns its exit status. */
export async function run(
  invocation: Exclude<Invocation, { kind: 'restore' }>,
  surroundings: Surroundings,
): Promise<number> {
  switch (invocation.kind) {
    case 'change':
      return runChanges([invocation.command], surroundings);
    case 'list':
      return list(invocation, surroundings);
    case 'listConnections':
      return listConnections(invocation, surroundings);
    case 'listTimeouts':
      return listTimeouts(surroundings);
    case 'listDaemons':
      return listDaemons(surroundings);
    case 'save':
      return save(invocation.numeric, surroundings);
    case 'help':
      surroundings.print(helpText);
      return done;
    case 'version':
      surroundings.print(versionText);
      return done;
  }
}

/** Carries out changes in one go, and complains of each that is refused. The last one counts. */
export async function runChanges(
  commands: readonly Command[],
  { director, complain }: Surroundings,
): Promise<number> {
  const client = await director();
  const results = await client.execute(commands);
  let status = done;
  for (const [index, result] of results.entries()) {
    status = result.ok ? done : refused;
    const command = commands[index];
    if (command === undefined) continue;
    if (!result.ok) complain(`${refusalText(command.kind, result)}\n`);
  }
  return status;
}

async function list(
  { key, format }: Extract<Invocation, { kind: 'list' }>,
  { director, names, print, complain }: Surroundings,
): Promise<number> {
  const client = await director();
  const [services, status] = await Promise.all([
    client.services(),
    key === undefined ? client.status() : undefined,
  ]);
  const chosen = key === undefined ? services : chooseService(services, key);
  if (chosen === undefined) {
    complain('No such service\n');
    return listingFailed;
  }
  const endpoint = format.numeric
    ? printNumeric
    : await namedPrinter(chosen.flatMap(addressesOf), names);
  const banner = status === undefined ? '' : printBanner(status.connectionTableSize);
  print(banner + printListing(chosen, format, endpoint));
  return done;
}

function chooseService(
  services: readonly ServiceStatus[],
  key: ServiceKey,
): readonly ServiceStatus[] | undefined {
  const chosen = services.find((service) => sameService(service.key, key));
  return chosen === undefined ? undefined : [chosen];
}

function addressesOf({ key, realServers }: ServiceStatus): IpAddress[] {
  const addresses = realServers.map(({ address }) => address);
  return key.kind === 'address' ? [key.address, ...addresses] : addresses;
}

async function listConnections(
  { numeric, engines }: Extract<Invocation, { kind: 'listConnections' }>,
  { director, names, print }: Surroundings,
): Promise<number> {
  const client = await director();
  const connections = await client.connections();
  const addresses = connections.flatMap(({ client: from, virtual, destination }) =>
    [from, virtual, destination].map(({ address }) => address),
  );
  const endpoint: EndpointPrinter = numeric ? printNumeric : await namedPrinter(addresses, names);
  print(printConnections(connections, engines, endpoint));
  return done;
}

async function listTimeouts({ director, print }: Surroundings): Promise<number> {
  const client = await director();
  const { tcp, tcpFin, udp } = await client.timeouts();
  print(`Timeout (tcp tcpfin udp): ${tcp} ${tcpFin} ${udp}\n`);
  return done;
}

async function listDaemons({ director, print }: Surroundings): Promise<number> {
  const client = await director();
  print(printDaemons(await client.synchronisation()));
  return done;
}

async function save(numeric: boolean, { director, names, print }: Surroundings): Promise<number> {
  const client = await director();
  const services = await client.services();
  const endpoint = numeric
    ? printNumeric
    : await namedPrinter(services.flatMap(addressesOf), names);
  print(printCommands(services, endpoint));
  return done;
}
