/** What decides whether a virtual service has enough real servers. */
export interface QuorumRule {
  readonly quorum: number;
  readonly hysteresis: number;
}

/**
 * Whether a service has its quorum, from the sum of the weights of its real servers that are alive. Between the
 * two marks it stays as it was. keepalived.conf(5), quorum and hysteresis.
 */
export function hasQuorum(
  { quorum, hysteresis }: QuorumRule,
  had: boolean,
  weights: number,
): boolean {
  if (weights === 0) return false;
  if (weights >= quorum + hysteresis) return true;
  return weights < quorum - hysteresis ? false : had;
}

/** keepalived's words for a change, in its log and mails. */
export const quorumText = (
  { quorum, hysteresis }: QuorumRule,
  has: boolean,
  weights: number,
): string =>
  has
    ? `Gained quorum ${quorum}+${hysteresis}=${quorum + hysteresis} <= ${weights}`
    : `Lost quorum ${quorum}-${hysteresis}=${quorum - hysteresis} > ${weights}`;
