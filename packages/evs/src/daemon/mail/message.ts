/** A mail before it is written down. */
export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly body: string;
}

/** A mail as keepalived writes one: these headers in this order, RFC 5322 lines. */
export function mailText({ from, to, subject, body }: Mail, date: Date): string {
  const lines = [
    `Date: ${date.toUTCString().replace('GMT', '+0000')}`,
    `From: ${from}`,
    `Subject: ${subject}`,
    'X-Mailer: Keepalived',
    `To: ${to.join(', ')}`,
    '',
    body,
  ];
  return `${lines.map(oneLine).join('\r\n')}\r\n`;
}

/** Nothing that is quoted in a header may begin another one. */
const oneLine = (text: string): string => text.replaceAll(/[\r\n]+/g, ' ');
