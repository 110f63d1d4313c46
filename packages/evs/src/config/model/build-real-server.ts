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
  /** Port of the service; absent for a mark or a group. */
  readonly servicePort: number | undefined;
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
  return {
    address: argument.address,
    port: argument.port,
    servicePort: servicePortOf(argument.port, method, at, context),
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
    checkers: buildCheckers({ ...context, ...argument, real: own }),
  };
}

/** Only masquerading rewrites ports; all else is given the service's, with a warning if another was written. */
function servicePortOf(
  port: number,
  method: LvsMethod,
  at: Located<unknown>['at'],
  { servicePort, isMark, label, report }: RealServerContext,
): number {
  if (method.kind === 'NAT') return port === 0 ? (servicePort ?? 0) : port;
  if (isMark) {
    if (port !== 0) {
      report(
        caution(
          at,
          `${label} is a mark, and ${method.kind} keeps ports: ${port} is for checks only`,
        ),
      );
    }
    return 0;
  }
  if (servicePort === undefined) return port;
  if (port !== servicePort && port !== 0) {
    report(
      caution(
        at,
        `${method.kind} keeps ports: connections go to ${servicePort}, only checks to ${port}`,
      ),
    );
  }
  return servicePort;
}
