import { beforeEach, expect, test } from 'vitest';
import { filesInMemory, readConfiguration, type Configuration } from '../../config/index.ts';
import { silentLog } from '../fakes.ts';
import { Mailer } from '../mail/mailer.ts';
import { MailObserver } from './mail-observer.ts';
import { ScriptObserver } from './script-observer.ts';

const text = (global = '', virtual = '', real = ''): string => `global_defs {
  router_id LB1
  notification_email {
    ops@a.example
  }
  smtp_server 127.0.0.1
${global}
}
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 5
  smtp_alert
  virtual_ipaddress { 10.9.0.100 }
}
vrrp_instance VI_2 {
  interface eth0
  virtual_router_id 6
  virtual_ipaddress { 10.9.0.101 }
}
virtual_server 10.9.0.9 80 {
  lb_algo rr
  lb_kind NAT
  protocol TCP
  quorum_up "/bin/true up"
  quorum_down "/bin/true down"
${virtual}
  real_server 10.9.0.20 80 {
    notify_up "/bin/echo up"
    notify_down "/bin/echo down"
${real}
    TCP_CHECK {
    }
  }
}
`;

let mails: string[];
let ran: string[];
let written: string;
beforeEach(() => {
  mails = [];
  ran = [];
  written = '';
});

function setUp(conf: string) {
  const { configuration } = readConfiguration('/k.conf', {
    files: filesInMemory({ '/k.conf': conf }),
  });
  const [server] = configuration.virtualServers;
  const [real] = server?.realServers ?? [];
  const [check] = real?.checkers ?? [];
  if (server === undefined || real === undefined || check === undefined)
    throw new Error('Not read');
  const mailer = new Mailer(configuration.global, silentLog, ({ text: mail }) => {
    const [, subject = '', body = ''] =
      /Subject: (.*)\r\n[\s\S]*\r\n\r\n(.*)\r\n$/.exec(mail) ?? [];
    mails.push(`${subject} | ${body}`);
    return Promise.resolve();
  });
  const mail = new MailObserver(mailer);
  const script = new ScriptObserver({
    scripts: { run: ({ words }) => void ran.push(words.join(' ')) },
    initNotifies: () => configuration.global.realServerInitNotifies,
    write: (line) => (written += line),
  });
  return { configuration, server, real, check, mail, script };
}
const result = { ok: false, reason: 'connection refused', durationMs: 1 };
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const down =
  '[LB1] Realserver [10.9.0.20]:tcp:80 of virtual server [10.9.0.9]:tcp:80 - DOWN | => TCP CHECK failed on service <=';

test('a checker that changes its mind is mailed, unless smtp_alert is off', async () => {
  const one = setUp(text());
  one.mail.checker(one.server, one.real, one.check, false, result);
  one.mail.realServer(one.server, one.real, false, 'checked');
  const silent = setUp(text('', '', 'smtp_alert off'));
  silent.mail.checker(silent.server, silent.real, silent.check, false, result);
  await settled();

  expect(mails).toEqual([down]);
});

test('with no_checker_emails only the real server as a whole is mailed', async () => {
  const { mail, server, real, check } = setUp(text('no_checker_emails'));
  mail.checker(server, real, check, false, result);
  await settled();
  expect(mails).toEqual([]);

  mail.realServer(server, real, false, 'checked');
  await settled();
  expect(mails).toEqual([down]);
});

test('a quorum is mailed where the virtual server asks for it', async () => {
  const { mail, server } = setUp(text('', 'smtp_alert'));
  mail.quorum(server, true, 'Gained quorum 1+0=1 <= 1', 'begins');
  mail.quorum(server, false, 'Lost quorum 1-0=1 > 0', 'checked');
  const quiet = setUp(text());
  quiet.mail.quorum(quiet.server, false, 'Lost quorum 1-0=1 > 0', 'checked');
  await settled();

  expect(mails).toEqual([
    '[LB1] Virtualserver [10.9.0.9]:tcp:80 - UP | => Starting with quorum up <=',
    '[LB1] Virtualserver [10.9.0.9]:tcp:80 - DOWN | => Lost quorum 1-0=1 > 0 <=',
  ]);
});

test('removal and stop have bodies of their own', async () => {
  const { mail, server, real } = setUp(text());
  mail.realServer(server, real, false, 'removed');
  mail.realServer(server, real, false, 'stops');
  await settled();

  expect(mails.map((one) => one.split(' | ')[1])).toEqual([
    '=> Removing <=',
    '=> Shutting down <=',
  ]);
});

test('virtual routers that ask for it are mailed, faults unless no_email_faults', async () => {
  const say = (configuration: Configuration, mail: MailObserver): void => {
    for (const state of ['MASTER', 'BACKUP', 'FAULT', 'STOP']) {
      mail.router({ scope: 'INSTANCE', name: 'VI_1', state }, configuration);
      mail.router({ scope: 'INSTANCE', name: 'VI_2', state }, configuration);
    }
  };
  const one = setUp(text());
  say(one.configuration, one.mail);
  await settled();
  expect(mails).toEqual([
    '[LB1] VRRP Instance VI_1 - Entering MASTER state | => VRRP Instance is now owning VRRP VIPs <=',
    '[LB1] VRRP Instance VI_1 - Entering BACKUP state | => VRRP Instance is no longer owning VRRP VIPs <=',
    '[LB1] VRRP Instance VI_1 - Entering FAULT state | => VRRP Instance is no longer owning VRRP VIPs <=',
    '[LB1] VRRP Instance VI_1 - Stopping | => VRRP Instance is no longer owning VRRP VIPs <=',
  ]);

  mails = [];
  const other = setUp(text('no_email_faults'));
  say(other.configuration, other.mail);
  await settled();
  expect(mails.some((mail) => mail.includes('FAULT'))).toBe(false);
});

test('programs and pipes hear of the same events', () => {
  const { script, server, real } = setUp(text());
  script.realServer(server, real, true, 'begins');
  script.quorum(server, true, '', 'begins');
  script.realServer(server, real, false, 'checked');
  script.quorum(server, false, '', 'checked');
  script.realServer(server, real, true, 'checked');

  expect(ran).toEqual(['/bin/true up', '/bin/echo down', '/bin/true down', '/bin/echo up']);
  expect(written.split('\n')).toEqual([
    'VS [10.9.0.9]:tcp:80 UP',
    'RS [10.9.0.20]:tcp:80 [10.9.0.9]:tcp:80 DOWN',
    'VS [10.9.0.9]:tcp:80 DOWN',
    'RS [10.9.0.20]:tcp:80 [10.9.0.9]:tcp:80 UP',
    '',
  ]);
});

test('with rs_init_notifies real servers that are up at the start are told', () => {
  const { script, server, real } = setUp(text('rs_init_notifies'));
  script.realServer(server, real, true, 'begins');

  expect(ran).toEqual(['/bin/echo up']);
});

test('a split brain is mailed, and its end, whatever smtp_alert says', async () => {
  const { mail } = setUp(text());
  mail.split({ router: 'VI_2', peer: 'LB2', begins: true });
  mail.split({ router: 'VI_2', peer: 'LB2', begins: false });
  await settled();

  expect(mails).toEqual([
    '[LB1] VRRP Instance VI_2 - Split brain with LB2 | => LB2 is active, too, and advertisements do not reach us <=',
    '[LB1] VRRP Instance VI_2 - Split brain has ended with LB2 | => Only one of us is active <=',
  ]);
});
