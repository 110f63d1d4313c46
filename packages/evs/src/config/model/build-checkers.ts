import type { IpAddress } from '../../packet/index.ts';
import { caution, failure } from '../text/diagnostic.ts';
import type { Span } from '../text/span.ts';
import { has, only, placeOf } from '../language/read-section.ts';
import type { Located, Section, SectionOf, ValueOf } from '../language/spec.ts';
import type { checkers } from '../language/keywords/checkers.ts';
import type { virtualServer } from '../language/keywords/virtual-server.ts';
import { defined, type Build } from './build.ts';
import { scriptUserOf, type ScriptSecurity } from './build-scripts.ts';
import { inherited, timingOf } from './build-timing.ts';
import type { Checker, CheckerTarget, HttpCheck, UrlCheck } from './checker.ts';
import { expressionProblem } from './regular-expression.ts';
import type { BfdInstance, TrackedFile } from './configuration.ts';

export type VirtualServerKeywords = SectionOf<typeof virtualServer>['keywords'];
export type RealServerSection = VirtualServerKeywords['real_server'][number]['value'];
type Checkers = typeof checkers;
type KeywordsOf<N extends keyof Checkers> = SectionOf<Checkers[N]>['keywords'];
type ConnectionKeywords = Omit<KeywordsOf<'TCP_CHECK'>, 'retry'>;

/** What the checkers of one real server have in common. */
export interface CheckerContext extends Build {
  readonly address: IpAddress;
  readonly port: number;
  readonly real: RealServerSection['keywords'];
  readonly virtual: VirtualServerKeywords;
  readonly logAllFailures: boolean;
  readonly security: ScriptSecurity;
  readonly files: readonly TrackedFile[];
  readonly bfdInstances: readonly BfdInstance[];
}

/** Checkers of a real server in the order in which they are written. */
export function buildCheckers(context: CheckerContext): readonly Checker[] {
  const { real } = context;
  const built = [
    ...each(real.TCP_CHECK, (check) => [{ kind: 'TCP_CHECK', ...probeOf(check, context) }]),
    ...each(real.PING_CHECK, (check) => [{ kind: 'PING_CHECK', ...probeOf(check, context) }]),
    ...each(real.HTTP_GET, (check, at) => httpCheck('HTTP_GET', check, at, context)),
    ...each(real.SSL_GET, (check, at) => httpCheck('SSL_GET', check, at, context)),
    ...each(real.SMTP_CHECK, (check) => [smtpCheck(check, context)]),
    ...each(real.DNS_CHECK, (check) => [dnsCheck(check, context)]),
    ...each(real.UDP_CHECK, (check) => [udpCheck(check, context)]),
    ...each(real.MISC_CHECK, (check, at) => miscCheck(check, at, context)),
    ...each(real.FILE_CHECK, (check, at) => fileCheck(check, at, context)),
    ...each(real.BFD_CHECK, (check, at) => bfdCheck(check, at, context)),
  ];
  const inOrder = built.toSorted((one, other) => one.at.line - other.at.line);
  const loose = looseTcpCheck(context, inOrder.length > 0);
  return [...inOrder.map(({ checker }) => checker), ...loose];
}

interface Built {
  readonly checker: Checker;
  readonly at: Span;
}

const each = <S extends Section<unknown, never> | { readonly keywords: unknown }>(
  blocks: readonly Located<S>[],
  build: (keywords: S['keywords'], at: Span) => readonly Checker[],
): readonly Built[] =>
  blocks.flatMap(({ value, at }) => build(value.keywords, at).map((checker) => ({ checker, at })));

const defaultTimeoutMs = 5_000;

function targetOf(own: ConnectionKeywords, context: CheckerContext): CheckerTarget {
  const source = defined({
    address: only(own.bindto),
    port: only(own.bind_port),
    device: only(own.bind_if),
  });
  const timeouts = [own, context.real, context.virtual].map((level) => level.connect_timeout);
  return {
    address: only(own.connect_ip) ?? context.address,
    port: only(own.connect_port) ?? context.port,
    ...(Object.keys(source).length === 0 ? {} : { source }),
    connectTimeoutMs: inherited(timeouts) ?? defaultTimeoutMs,
    mark: only(own.fwmark) ?? 0,
  };
}

function probeOf(
  own: KeywordsOf<'TCP_CHECK'>,
  context: CheckerContext,
  initial: Parameters<typeof timingOf>[2] = { retries: 1, delayBeforeRetryMs: 1_000 },
) {
  return { target: targetOf(own, context), timing: timing(own, context, initial) };
}

const timing = (
  own: Parameters<typeof timingOf>[0],
  { real, virtual, logAllFailures }: CheckerContext,
  initial: Parameters<typeof timingOf>[2],
) => timingOf(own, [real, virtual], initial, logAllFailures);

function httpCheck(
  kind: HttpCheck['kind'],
  own: KeywordsOf<'HTTP_GET'>,
  at: Span,
  context: CheckerContext,
): readonly HttpCheck[] {
  const urls = own.url.flatMap((url) => urlCheck(url, context));
  if (urls.length === 0) {
    context.report(failure(at, `${kind} has no url with a path, and checks nothing`));
    return [];
  }
  const { real, virtual } = context;
  const retry = own.retry.length > 0 ? own.retry : own.nb_get_retry;
  const protocol = only(own.http_protocol) ?? '1.0';
  return [
    {
      kind,
      ...probeOf({ ...own, retry }, context, { retries: 1, delayBeforeRetryMs: 3_000 }),
      urls,
      ...defined({
        virtualHost: inherited([own.virtualhost, real.virtualhost, virtual.virtualhost]),
        sniHost: inherited([own.virtualhost, virtual.virtualhost]),
      }),
      protocol: protocol === '1.0c' ? '1.0C' : protocol,
      enableSni: only(own.enable_sni) ?? false,
      fastRecovery: only(own.fast_recovery) ?? false,
    },
  ];
}

function urlCheck(
  { value: { keywords }, at }: Located<ValueOf<Checkers['HTTP_GET']['keywords']['url']>>,
  { report }: CheckerContext,
): readonly UrlCheck[] {
  const path = only(keywords.path);
  if (path === undefined) {
    report(failure(at, 'This url has no path'));
    return [];
  }
  const pattern = only(keywords.regex)?.words.join(' ');
  const problem = pattern === undefined ? undefined : expressionProblem(pattern);
  if (problem !== undefined) {
    // Without its expression this url would be content with too much.
    report(failure(placeOf(keywords.regex) ?? at, problem, { status: 0 }));
    return [];
  }
  const regex =
    pattern === undefined
      ? undefined
      : {
          pattern,
          options: only(keywords.regex_options) ?? [],
          noMatch: has(keywords.regex_no_match),
          minOffset: only(keywords.regex_min_offset) ?? 0,
          ...defined({ maxOffset: only(keywords.regex_max_offset) }),
        };
  const statusCodes = only(keywords.status_code) ?? [{ from: 200, to: 299 }];
  const virtualHost = only(keywords.virtualhost);
  return [{ path, statusCodes, ...defined({ digest: only(keywords.digest), virtualHost, regex }) }];
}

function smtpCheck(own: KeywordsOf<'SMTP_CHECK'>, context: CheckerContext): Checker {
  const hosts = own.host.map(({ value }) => targetOf({ ...own, ...value.keywords }, context));
  return {
    kind: 'SMTP_CHECK',
    heloName: only(own.helo_name) ?? 'smtpchecker.keepalived.org',
    targets: hosts.length > 0 ? hosts : [targetOf(own, context)],
    timing: timing(own, context, { retries: 1, delayBeforeRetryMs: 1_000 }),
  };
}

const dnsCheck = (own: KeywordsOf<'DNS_CHECK'>, context: CheckerContext): Checker => ({
  kind: 'DNS_CHECK',
  ...probeOf(own, context, { retries: 3, delayBeforeRetryMs: 'delayLoop' }),
  type: only(own.type) ?? 'SOA',
  name: only(own.name) ?? '.',
});

/** What keepalived sends unless told otherwise. */
const usualPayload = Array.from('keepalived check - keepalived ch', (character) =>
  character.charCodeAt(0).toString(16),
).join('');

function udpCheck(own: KeywordsOf<'UDP_CHECK'>, context: CheckerContext): Checker {
  const pattern = only(own.require_reply);
  const reply = {
    pattern: pattern ?? '',
    minLength: only(own.min_reply_length) ?? 0,
    maxLength: only(own.max_reply_length) ?? 255,
  };
  return {
    kind: 'UDP_CHECK',
    ...probeOf(own, context),
    payload: only(own.payload) ?? usualPayload,
    ...(pattern === undefined ? {} : { reply }),
  };
}

function miscCheck(
  own: KeywordsOf<'MISC_CHECK'>,
  at: Span,
  context: CheckerContext,
): readonly Checker[] {
  const command = context.security.notice(own.misc_path);
  if (command === undefined) {
    context.report(failure(at, 'MISC_CHECK has no misc_path, and checks nothing'));
    return [];
  }
  const runAs = scriptUserOf(own.user, context);
  if (runAs === undefined && own.user.length > 0) return [];
  const when = timing(own, context, { retries: 0, delayBeforeRetryMs: 1_000 });
  const timeoutMs = only(own.misc_timeout) ?? when.delayLoopMs;
  const dynamic = has(own.misc_dynamic);
  return [{ kind: 'MISC_CHECK', command, timeoutMs, dynamic, ...defined({ runAs }), timing: when }];
}

function fileCheck(
  own: KeywordsOf<'FILE_CHECK'>,
  at: Span,
  { report, files }: CheckerContext,
): readonly Checker[] {
  const name = only(own.track_file);
  const file = files.find((one) => one.name === name);
  if (name === undefined || file === undefined) {
    report(
      failure(
        at,
        name === undefined ? 'FILE_CHECK names no track_file' : `There is no track_file ${name}`,
      ),
    );
    return [];
  }
  return [{ kind: 'FILE_CHECK', trackFile: name, weight: only(own.weight) ?? file.weight }];
}

function bfdCheck(
  own: KeywordsOf<'BFD_CHECK'>,
  at: Span,
  { report, bfdInstances }: CheckerContext,
): readonly Checker[] {
  const name = only(own.name);
  if (name === undefined || !bfdInstances.some((one) => one.name === name)) {
    const message =
      name === undefined ? 'BFD_CHECK names no bfd_instance' : `There is no bfd_instance ${name}`;
    report(failure(at, message));
    return [];
  }
  return [{ kind: 'BFD_CHECK', instance: name, alpha: only(own.alpha) ?? false }];
}

/**
 * A popular tutorial writes the keywords of a check straight into real_server. keepalived does not know them there
 * and checks nothing; here they are a TCP check, and a warning says so.
 */
function looseTcpCheck(context: CheckerContext, hasCheckers: boolean): readonly Checker[] {
  const { real, report } = context;
  const loose = [...real.connect_port, ...real.nb_get_retry];
  const [first] = loose;
  if (first === undefined) return [];
  const hint = 'Write TCP_CHECK { … } around these lines, and retry for nb_get_retry';
  if (hasCheckers) {
    for (const { at } of loose)
      report(failure(at, 'This belongs in a checker, and is left out', { hint }));
    return [];
  }
  const target = {
    address: context.address,
    port: only(real.connect_port) ?? context.port,
    connectTimeoutMs:
      inherited([real.connect_timeout, context.virtual.connect_timeout]) ?? defaultTimeoutMs,
    mark: 0,
  };
  const retry = real.nb_get_retry.length > 0 ? real.nb_get_retry : real.retry;
  const when = timing({ ...real, retry, log_all_failures: [] }, context, {
    retries: 1,
    delayBeforeRetryMs: 1_000,
  });
  const understood = `a TCP check of port ${target.port}, ${target.connectTimeoutMs / 1_000} s to connect, ${when.retries} further attempts ${when.delayBeforeRetryMs / 1_000} s apart`;
  report(caution(first.at, `Read as ${understood}; keepalived checks nothing here`, { hint }));
  return [{ kind: 'TCP_CHECK', target, timing: when }];
}
