import { regularExpression } from '../../config/index.ts';
import type { FileCheck, BfdCheck, Checker, HttpCheck, UrlCheck } from '../../config/index.ts';
import {
  dnsProbe,
  dnsTypes,
  firstCheckMs,
  httpProbe,
  initialCheckerState,
  initialUrlRound,
  miscProbe,
  pingProbe,
  smtpProbe,
  stepChecker,
  stepUrls,
  tcpProbe,
  udpProbe,
  type CheckerState,
  type ClientCredentials,
  type Manner,
  type DnsType,
  type Probe,
  type UrlExpectation,
  type UrlRound,
} from '../../healthcheck/index.ts';
import { identityOf, type Account } from '../scripts/index.ts';
import type { CheckerPlan } from './checker-watch.ts';

/** A checker that looks by itself, time after time. */
export type ProbingChecker = Exclude<Checker, FileCheck | BfdCheck>;

/** What plans need beside the checker. */
export interface PlanTools {
  /** At least 0, less than 1. */
  readonly random: () => number;
  /** Whom a program runs as. */
  readonly account: Account;
  /** What is shown to servers that ask who we are. */
  readonly credentials: () => ClientCredentials;
}

const inBursts: Manner = { whileDown: 'bursts' };
const singly: Manner = { whileDown: 'single' };

/**
 * How a configured checker is carried out. One that had other times before goes on
 * believing what it believed.
 */
export function planOf(
  checker: ProbingChecker,
  tools: PlanTools,
  before?: CheckerPlan,
): CheckerPlan {
  if (isHttp(checker)) return urlPlan(checker, tools, before);
  const { random, account } = tools;
  const { timing } = checker;
  const { probe, manner } = lookOf(checker, account);
  let state = (before?.state as CheckerState | undefined) ?? initialCheckerState(timing);
  return {
    firstMs: firstCheckMs(timing, random()),
    fromStart: checker.kind === 'MISC_CHECK',
    get state() {
      return state;
    },
    next: () => probe,
    judge: ({ ok }) => {
      const { state: next, ...rest } = stepChecker(state, timing, manner, ok);
      state = next;
      return rest;
    },
  };
}

const isHttp = (checker: Checker): checker is HttpCheck =>
  checker.kind === 'HTTP_GET' || checker.kind === 'SSL_GET';

interface Look {
  readonly probe: Probe;
  readonly manner: Manner;
}

function lookOf(checker: Exclude<ProbingChecker, HttpCheck>, account: Account): Look {
  switch (checker.kind) {
    case 'TCP_CHECK':
      return { probe: tcpProbe(checker.target), manner: inBursts };
    case 'PING_CHECK':
      return { probe: pingProbe(checker.target), manner: singly };
    case 'SMTP_CHECK': {
      const { targets, heloName } = checker;
      const probe = allOf(targets.map((target) => smtpProbe(target, heloName)));
      return { probe, manner: { ...inBursts, retriesFirst: true } };
    }
    case 'DNS_CHECK': {
      const { target, type, name } = checker;
      return { probe: dnsProbe(target, dnsType(type), name), manner: singly };
    }
    case 'UDP_CHECK': {
      const { target, payload, reply } = checker;
      return { probe: udpProbe(target, payload, reply), manner: singly };
    }
    case 'MISC_CHECK': {
      const { command, timeoutMs, dynamic } = checker;
      const script = { command: command.words, timeoutMs, dynamic, ...identityOf(account) };
      return { probe: miscProbe(script), manner: inBursts };
    }
  }
}

function urlPlan(
  checker: HttpCheck,
  { random, credentials }: PlanTools,
  before?: CheckerPlan,
): CheckerPlan {
  const { kind, target, timing, urls, virtualHost, sniHost, enableSni, protocol, fastRecovery } =
    checker;
  const options = {
    tls: kind === 'SSL_GET',
    credentials,
    protocol,
    ...(virtualHost !== undefined && { virtualHost }),
    ...(enableSni && sniHost !== undefined && { serverName: sniHost }),
  };
  const schedule = { ...timing, urls: urls.length, fastRecovery };
  const probes = urls.map((url) => httpProbe(target, options, expectationOf(url)));
  let state = (before?.state as UrlRound | undefined) ?? initialUrlRound(timing);
  return {
    firstMs: firstCheckMs(timing, random()),
    get state() {
      return state;
    },
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
        expression: regularExpression(regex.pattern, regex.options),
        noMatch: regex.noMatch,
        minOffset: regex.minOffset,
        ...(regex.maxOffset !== undefined && { maxOffset: regex.maxOffset }),
      },
    }),
  };
}

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
