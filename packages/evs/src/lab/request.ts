import { EvsError } from '../errors/index.ts';
import type { Lab } from './lab.ts';
import { step } from './step.ts';
import { serviceUrl, type ClientName } from './topology.ts';

/** One request for the service's page, each on a connection of its own. */
const requestLine = `curl -s --max-time 5 ${serviceUrl}`;

/** Requests the page from the service and tells who answered, as their pages say. */
export async function requestPages(lab: Lab, client: ClientName, count: number): Promise<string[]> {
  const typed = `for n in $(seq ${count}); do ${requestLine}; done`;
  lab.transcript.step({ ...step(client, requestLine), typed });
  const answers: string[] = [];
  for (let number = 1; number <= count; number++) answers.push(await requestPage(lab, client));
  lab.transcript.lines([answers.join(' ')]);
  return answers;
}

/** Requests the page once, without telling. Throws E_LAB if nobody answers. */
export async function requestPage(lab: Lab, client: ClientName): Promise<string> {
  const { status, stdout } = await lab.try(step(client, requestLine));
  if (status !== 0) {
    throw new EvsError('E_LAB', `Cannot get ${serviceUrl} from ${client}: ${curlReason(status)}`, {
      hint: `Keep the lab with --keep, and look: evs lab shell ${client}`,
    });
  }
  return stdout.trim();
}

/** Exit statuses of curl that a broken network gives, curl(1). */
function curlReason(status: number): string {
  const reasons: Readonly<Record<number, string>> = {
    7: 'the connection was refused',
    28: 'no answer within 5 s',
    52: 'the answer was empty',
    56: 'the connection was reset',
    127: 'curl is not installed',
  };
  return reasons[status] ?? `curl ended with status ${status}`;
}
