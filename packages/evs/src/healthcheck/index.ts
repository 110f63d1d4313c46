export {
  firstCheckMs,
  initialCheckerState,
  stepChecker,
  type CheckerState,
  type CheckSchedule,
  type Manner,
} from './checker-state.ts';
export { History, type ProbeRecord } from './history.ts';
export { dnsProbe, dnsTypes, type DnsType } from './probe/dns.ts';
export {
  httpProbe,
  type ClientCredentials,
  type HttpOptions,
  type UrlExpectation,
} from './probe/http.ts';
export { miscProbe, type Script } from './probe/misc.ts';
export { pingProbe } from './probe/ping.ts';
export type { Probe, ProbeResult, ProbeTarget } from './probe/probe.ts';
export { smtpProbe } from './probe/smtp.ts';
export { tcpProbe } from './probe/tcp.ts';
export { udpProbe, type ExpectedReply } from './probe/udp.ts';
export { hasQuorum, quorumText, type QuorumRule } from './quorum.ts';
export {
  initialUrlRound,
  stepUrls,
  type UrlRound,
  type UrlSchedule,
  type UrlStep,
} from './url-round.ts';
