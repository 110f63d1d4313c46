import type {
  Checker,
  Configuration,
  ConfiguredRealServer,
  VirtualServer,
} from '../../config/index.ts';
import type { ProbeResult } from '../../healthcheck/index.ts';
import type { Split } from '../../vrrp/index.ts';
import type { Mailer } from '../mail/mailer.ts';
import {
  checkText,
  realServerSubject,
  routerTexts,
  said,
  splitTexts,
  virtualServerSubject,
} from '../mail/texts.ts';
import type { ServiceObserver, Why } from './service-observer.ts';

/** A change of a virtual router or a group of them. */
export interface RouterChange {
  readonly scope: 'INSTANCE' | 'GROUP';
  readonly name: string;
  /** As scripts and mails name it. */
  readonly state: string;
}

/** Mails what becomes of real servers, virtual servers and virtual routers, where smtp_alert says so. */
export class MailObserver implements ServiceObserver {
  readonly #mailer: Mailer;
  /** What the last check that changed its mind said. */
  #lastText = '';

  constructor(mailer: Mailer) {
    this.#mailer = mailer;
  }

  /** Every checker is worth a mail unless no_checker_emails leaves it at the real server as a whole. */
  checker(
    server: VirtualServer,
    real: ConfiguredRealServer,
    { kind }: Checker,
    up: boolean,
    { reason }: ProbeResult,
  ): void {
    this.#lastText = checkText(kind, up, reason);
    if (!this.#mailer.rules.mail.noCheckers)
      this.#aboutRealServer(server, real, up, this.#lastText);
  }

  failure(): void {}

  realServer(server: VirtualServer, real: ConfiguredRealServer, up: boolean, why: Why): void {
    if (why === 'begins') return;
    if (why !== 'checked') {
      this.#aboutRealServer(
        server,
        real,
        up,
        said(why === 'removed' ? 'Removing' : 'Shutting down'),
      );
    } else if (this.#mailer.rules.mail.noCheckers) {
      this.#aboutRealServer(server, real, up, this.#lastText);
    }
  }

  weight(): void {}

  quorum({ label, smtpAlert }: VirtualServer, has: boolean, text: string, why: Why): void {
    if (!smtpAlert || (why === 'begins' && !has)) return;
    const body = why === 'begins' ? 'Starting with quorum up' : text;
    this.#mailer.post(virtualServerSubject(label, has), said(body));
  }

  router({ scope, name, state }: RouterChange, running: Configuration): void {
    const all = scope === 'GROUP' ? running.syncGroups : running.virtualRouters;
    const wanted = all.find((one) => one.name === name)?.notifications.smtpAlert === true;
    if (!wanted || (state === 'FAULT' && running.global.mail.noFaults)) return;
    const texts = routerTexts(scope, name, state);
    if (texts !== undefined) this.#mailer.post(texts.subject, texts.body);
  }

  /** Whatever smtp_alert says: who asked for a second way wants to know what it tells. */
  split({ router, peer, begins }: Split): void {
    const { subject, body } = splitTexts(router, peer, begins);
    this.#mailer.post(subject, body);
  }

  #aboutRealServer(
    server: VirtualServer,
    real: ConfiguredRealServer,
    up: boolean,
    body: string,
  ): void {
    if (real.smtpAlert) this.#mailer.post(realServerSubject(real.label, server.label, up), body);
  }
}
