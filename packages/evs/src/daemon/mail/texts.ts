import type { Checker } from '../../config/index.ts';

/** What a mail says of one check, in keepalived's words. */
export function checkText(kind: Checker['kind'], up: boolean, reason: string): string {
  const outcome = up ? 'succeed' : 'failed';
  const general = said(`${kind.replace('_', ' ')} ${outcome} on service`);
  const web = up ? 'CHECK succeed on service' : 'CHECK failed on service : HTTP request failed';
  const mail = up ? 'CHECK succeed on service' : `CHECK failed on service : ${reason}`;
  const special: Partial<Record<Checker['kind'], string>> = {
    HTTP_GET: said(web),
    SSL_GET: said(web),
    SMTP_CHECK: said(mail),
    DNS_CHECK: said(`DNS_CHECK: ${outcome} on service`),
    MISC_CHECK: said(`MISC CHECK ${miscOutcome(up, reason)} on service`),
  };
  return special[kind] ?? general;
}

function miscOutcome(up: boolean, reason: string): string {
  if (up) return 'succeeded';
  return reason === 'timed out' ? 'timed out' : 'failed';
}

/** The form of every body. */
export const said = (text: string): string => `=> ${text} <=`;

export const realServerSubject = (real: string, virtual: string, up: boolean): string =>
  `Realserver ${real} of virtual server ${virtual} - ${up ? 'UP' : 'DOWN'}`;

export const virtualServerSubject = (virtual: string, up: boolean): string =>
  `Virtualserver ${virtual} - ${up ? 'UP' : 'DOWN'}`;

/** Subject and body about a virtual router or a group of them; undefined for states that nobody mails about. */
export function routerTexts(
  scope: 'INSTANCE' | 'GROUP',
  name: string,
  state: string,
): { readonly subject: string; readonly body: string } | undefined {
  const noun = scope === 'GROUP' ? 'Group' : 'Instance';
  const end = ends[state];
  if (end === undefined) return undefined;
  const owning = state === 'MASTER' ? 'now owning' : 'no longer owning';
  return {
    subject: `VRRP ${noun} ${name} - ${end}`,
    body: said(`VRRP ${noun} is ${owning} VRRP VIPs`),
  };
}

/** Subject and body about another director that is active for the same addresses; keepalived has no such mail. */
export const splitTexts = (router: string, peer: string, begins: boolean) => ({
  subject: `VRRP Instance ${router} - Split brain ${begins ? 'with' : 'has ended with'} ${peer}`,
  body: said(
    begins
      ? `${peer} is active, too, and advertisements do not reach us`
      : `Only one of us is active`,
  ),
});

const ends: Readonly<Record<string, string>> = {
  MASTER: 'Entering MASTER state',
  BACKUP: 'Entering BACKUP state',
  FAULT: 'Entering FAULT state',
  STOP: 'Stopping',
  DELETED: 'Deleted',
};
