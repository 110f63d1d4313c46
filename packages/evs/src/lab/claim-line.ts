import type { Claim } from './result.ts';
import type { Transcript } from './transcript.ts';

/** A claim as the lab's story tells it. */
export const claimLine = (transcript: Transcript, { claim, holds, seen }: Claim): string =>
  transcript.verdict(holds ? `ok: ${claim}` : `NOT SO: ${claim} (seen: ${seen})`, holds);
