import type { Checks, CheckStatus, RealServerChecks, VirtualServerChecks } from '../api/index.ts';

export interface ChecksView {
  /** Only what has this text in its label; all of a virtual server that has it. */
  readonly only?: string;
  /** Looks to show of each checker. */
  readonly looks: number;
}

/** What health checks have found, for people: virtual servers, real servers, checkers and their last looks. */
export function printChecks(checks: Checks, view: ChecksView): string {
  const chosen = checks.virtualServers.flatMap((server) => choose(server, view.only));
  if (chosen.length === 0) return 'There is no such virtual server with real servers\n';
  return chosen.map((server) => printVirtualServer(server, view.looks)).join('\n');
}

function choose(server: VirtualServerChecks, text: string | undefined): VirtualServerChecks[] {
  if (text === undefined || server.label.includes(text)) return [server];
  const realServers = server.realServers.filter(({ label }) => label.includes(text));
  return realServers.length === 0 ? [] : [{ ...server, realServers }];
}

function printVirtualServer(server: VirtualServerChecks, looks: number): string {
  const { label, hasQuorum, quorum, weight, realServers, suspended } = server;
  const said = hasQuorum ? 'has its quorum' : 'has lost its quorum';
  const rest = suspended === true ? ', not checked while its address is not here' : '';
  const head = `${label}  ${said}: weight ${weight}, quorum ${quorum}${rest}\n`;
  return head + realServers.map((real) => printRealServer(real, looks)).join('');
}

const state = (up: boolean): string => (up ? 'up' : 'down');

function printRealServer({ label, up, weight, checks }: RealServerChecks, looks: number): string {
  const head = `  ${label}  ${state(up)}, weight ${weight}\n`;
  if (checks.length === 0) return `${head}    not checked\n`;
  return head + checks.map((check) => printCheck(check, looks)).join('');
}

function printCheck({ kind, up, probes }: CheckStatus, looks: number): string {
  const head = `    ${kind}  ${state(up)}${probes.length === 0 ? ', not looked yet' : ''}\n`;
  return head + probes.slice(0, looks).map(printProbe).join('');
}

function printProbe({ at, ok, reason, durationMs, change }: CheckStatus['probes'][number]): string {
  const took = `${durationMs.toFixed(1)} ms`.padStart(10);
  const then = change === undefined ? '' : `, goes ${change}`;
  return `      ${at}  ${ok ? 'well  ' : 'failed'}${took}  ${reason}${then}\n`;
}
