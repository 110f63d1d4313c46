import type { AddressFamily, Protocol } from '../../director/index.ts';
import { familyOf } from '../../packet/index.ts';
import { caution, failure } from '../text/diagnostic.ts';
import { only } from '../language/read-section.ts';
import type { Located } from '../language/spec.ts';
import type { LvsMethod } from '../language/values/virtual.ts';
import { defined } from './build.ts';
import {
  buildCheckers,
  type CheckerContext,
  type RealServerSection,
  type VirtualServerKeywords,
} from './build-checkers.ts';
import type { ConfiguredRealServer } from './configuration.ts';

/** What the real servers of one virtual server have in common. */
export interface RealServerContext extends Omit<CheckerContext, 'address' | 'port' | 'real'> {
  readonly virtual: VirtualServerKeywords;
  readonly label: string;
  readonly protocol: Protocol;
  readonly family: AddressFamily;
  readonly ports: readonly (number | 'mark')[];
  readonly isMark: boolean;
  readonly method: LvsMethod;
  /** What global smtp_alert settings say, if they say anything. */
  readonly smtpAlert: boolean | undefined;
}

/** Real servers with all defaults; twins, and those of the other family, are reported and left out. */
export function buildRealServers(context: RealServerContext): readonly ConfiguredRealServer[] {
  const seen = new Set<string>();
  return context.virtual.real_server.flatMap((located) => {
    const { address, port } = located.value.argument;
    const key = `${address} ${port}`;
    if (seen.has(key)) {
      context.report(failure(located.at, `Real server ${address} ${port} is there already`));
      return [];
    }
    seen.add(key);
    const server = realServer(located, context);
    if (familyOf(address) === context.family || server.method.kind === 'TUN') return [server];
    const message = `${address} is not of the address family of ${context.label}`;
    context.report(
      failure(located.at, message, { hint: 'Only TUN carries one family in the other' }),
    );
    return [];
  });
}

function realServer(
  { value, at }: Located<RealServerSection>,
  context: RealServerContext,
): ConfiguredRealServer {
  const { keywords: own, argument } = value;
  const { virtual, security, protocol } = context;
  const method = only(own.lvs_method) ?? context.method;
  warnOfPort(argument.port, method, at, context);
  return {
    address: argument.address,
    port: argument.port,
    label: `[${argument.address}]:${context.isMark ? 'none' : protocol}:${argument.port}`,
    weight: only(own.weight) ?? only(virtual.weight) ?? 1,
    method,
    upperThreshold: only(own.uthreshold) ?? 0,
    lowerThreshold: only(own.lthreshold) ?? 0,
    inhibitOnFailure: only(own.inhibit_on_failure) ?? only(virtual.inhibit_on_failure) ?? false,
    ...defined({
      notifyUp: security.notice(own.notify_up),
      notifyDown: security.notice(own.notify_down),
    }),
    // Mail about real servers is on unless somebody said something about mail.
    smtpAlert: only(own.smtp_alert) ?? context.smtpAlert ?? true,
    // Behind what is spread, a new property takes V8 microseconds.
    checkers: buildCheckers({ real: own, ...argument, ...context }),
  };
}

/** Only masquerading rewrites ports. With all else connections keep theirs, and a warning says so if another is written. */
function warnOfPort(
  port: number,
  method: LvsMethod,
  at: Located<unknown>['at'],
  { ports, label, report }: RealServerContext,
): void {
  if (method.kind === 'NAT' || port === 0) return;
  if (ports.includes('mark')) {
    report(
      caution(at, `A mark has no port, and ${method.kind} keeps ports: ${port} is for checks only`),
    );
  }
  const others = ports.filter((one) => one !== 'mark' && one !== port);
  if (others.length > 0) {
    const message = `${method.kind} keeps ports: connections to ${label} go to ${others.map((one) => (one === 0 ? 'their own port' : one)).join(', ')}, only checks to ${port}`;
    report(caution(at, message));
  }
}
