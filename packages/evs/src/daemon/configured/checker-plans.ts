import type { Checker, HttpCheck, UrlCheck } from '../../config/index.ts';
import {
  dnsProbe,
  dnsTypes,
  firstCheckMs,
  httpProbe,
  initialCheckerState,
  initialUrlRound,
  miscProbe,
  smtpProbe,
  stepChecker,
  stepUrls,
  tcpProbe,
  udpProbe,
  type CheckSchedule,
  type DnsType,
  type Probe,
  type UrlExpectation,
  type WhileDown,
} from '../../healthcheck/index.ts';
import type { CheckerPlan } from './checker-watch.ts';

/** How a configured checker is carried out; undefined for the kinds that are not built yet. */
export function planOf(checker: Checker, random: () => number): CheckerPlan | undefined {
  switch (checker.kind) {
    case 'TCP_CHECK':
      return plan(tcpProbe(checker.target), checker.timing, 'bursts', random);
    case 'HTTP_GET':
    case 'SSL_GET':
      return urlPlan(checker, random);
    case 'SMTP_CHECK':
      return plan(
        allOf(checker.targets.map((target) => smtpProbe(target, checker.heloName))),
        checker.timing,
        'bursts',
        random,
      );
    case 'DNS_CHECK':
      return plan(
        dnsProbe(checker.target, dnsType(checker.type), checker.name),
        checker.timing,
        'single',
        random,
      );
    case 'UDP_CHECK':
      return plan(
        udpProbe(checker.target, checker.payload, checker.reply),
        checker.timing,
        'single',
        random,
      );
    case 'MISC_CHECK': {
      const { command, timeoutMs, dynamic, timing } = checker;
      return plan(
        miscProbe({ command: command.words, timeoutMs, dynamic }),
        timing,
        'bursts',
        random,
      );
    }
    case 'PING_CHECK':
    case 'FILE_CHECK':
    case 'BFD_CHECK':
      return undefined;
  }
}

function plan(
  probe: Probe,
  schedule: CheckSchedule,
  whileDown: WhileDown,
  random: () => number,
): CheckerPlan {
  let state = initialCheckerState(schedule);
  return {
    firstMs: firstCheckMs(schedule, random()),
    startsUp: state.isUp,
    next: () => probe,
    judge: ({ ok }) => {
      const { state: next, ...rest } = stepChecker(state, schedule, whileDown, ok);
      state = next;
      return rest;
    },
  };
}

function urlPlan(checker: HttpCheck, random: () => number): CheckerPlan {
  const { kind, target, timing, urls, virtualHost, sniHost, enableSni, protocol, fastRecovery } =
    checker;
  const options = {
    tls: kind === 'SSL_GET',
    protocol,
    ...(virtualHost !== undefined && { virtualHost }),
    ...(enableSni && sniHost !== undefined && { serverName: sniHost }),
  };
  const schedule = { ...timing, urls: urls.length, fastRecovery };
  const probes = urls.map((url) => httpProbe(target, options, expectationOf(url)));
  let state = initialUrlRound(timing);
  return {
    firstMs: firstCheckMs(timing, random()),
    startsUp: state.isUp,
    next: () => probes[state.url] ?? tcpProbe(target),
    judge: ({ ok }) => {
      const { state: next, ...rest } = stepUrls(state, schedule, ok);
      state = next;
      return rest;
    },
  };
}

function expectationOf({
  path,
  statusCodes,
  digest,
  virtualHost,
  regex,
}: UrlCheck): UrlExpectation {
  return {
    path,
    statusCodes,
    ...(digest !== undefined && { digest }),
    ...(virtualHost !== undefined && { virtualHost }),
    ...(regex !== undefined && {
      regex: {
        expression: new RegExp(regex.pattern, flagsOf(regex.options)),
        noMatch: regex.noMatch,
      },
    }),
  };
}

/** PCRE options that JavaScript has, too. */
const flags: Readonly<Record<string, string>> = { caseless: 'i', multiline: 'm', dotall: 's' };
const flagsOf = (options: readonly string[]): string =>
  options.map((option) => flags[option] ?? '').join('');

const dnsType = (name: string): DnsType => (name in dnsTypes ? (name as DnsType) : 'SOA');

/** All must be well; the first that is not tells why. */
const allOf =
  (probes: readonly Probe[]): Probe =>
  async (signal) => {
    let last = { ok: true, reason: 'nothing to check', durationMs: 0 };
    for (const probe of probes) {
      const result = await probe(signal);
      last = { ...result, durationMs: last.durationMs + result.durationMs };
      if (!result.ok) return last;
    }
    return last;
  };
