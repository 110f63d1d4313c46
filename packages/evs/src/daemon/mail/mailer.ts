import { hostname } from 'node:os';
import type { MailSettings } from '../../config/index.ts';
import type { Logger } from '../log.ts';
import { mailText } from './message.ts';
import type { Delivery } from './send-mail.ts';

export interface MailRules {
  readonly mail: MailSettings;
  /** Begins every subject. Absent: the host name. */
  readonly routerId?: string;
}

type Send = (delivery: Delivery) => Promise<void>;

/** So many wait for a server that is slow; what comes after is dropped, and logged. */
const mostWaiting = 200;

/**
 * Sends mails one after the other, each tried once. keepalived.conf(5), notification_email: without recipients or
 * a server none is sent.
 */
export class Mailer {
  rules: MailRules;
  readonly #log: Logger;
  readonly #send: Send;
  readonly #waiting: Delivery[] = [];
  #sending = false;

  constructor(rules: MailRules, log: Logger, send: Send = sendWhenNeeded) {
    this.rules = rules;
    this.#log = log;
    this.#send = send;
  }

  /** Sends a mail with router_id before its subject, to all recipients. Waits for nothing. */
  post(subject: string, body: string): void {
    const { mail, routerId = hostname() } = this.rules;
    const { recipients: to, server } = mail;
    if (to.length === 0 || server === undefined) return;
    if (this.#waiting.length >= mostWaiting) {
      this.#log.error({ subject }, 'Too many mails wait: one is dropped');
      return;
    }
    const from = mail.from ?? `root@${hostname()}`;
    this.#waiting.push({
      ...server,
      heloName: mail.heloName ?? hostname(),
      timeoutMs: mail.connectTimeoutMs,
      from,
      to,
      text: mailText({ from, to, subject: `[${routerId}] ${subject}`, body }, new Date()),
    });
    void this.#work();
  }

  async #work(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      try {
        await this.#send(next);
      } catch (error) {
        this.#log.error({ err: error, server: next.host }, 'A mail cannot be sent');
      }
    }
    this.#sending = false;
  }
}

/** Loads the library when there is something to send. */
async function sendWhenNeeded(delivery: Delivery): Promise<void> {
  const { sendMail } = await import('./send-mail.ts');
  await sendMail(delivery);
}
