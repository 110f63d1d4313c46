import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesInMemory, readConfiguration, type Machine } from './index.ts';

const read = (text: string, machine?: Machine) =>
  readConfiguration('/etc/keepalived/keepalived.conf', {
    files: filesInMemory({ '/etc/keepalived/keepalived.conf': text }),
    configurationId: 'lvs-1',
    ...(machine === undefined ? {} : { machine }),
  });
const problems = (text: string, machine?: Machine) =>
  read(text, machine).diagnostics.map(
    ({ severity, at, message }) => `${severity} ${at?.line}: ${message}`,
  );
const fixture = (name: string): string =>
  readFileSync(path.resolve(import.meta.dirname, '../../test/fixtures/config', name), 'utf8');

/** A virtual server with one line of its own, and one of its real server. */
const server = (line = '', realServerLine = '', name = '10.9.0.9 80') => `
virtual_server ${name} {
  lb_algo rr
  lb_kind DR
  protocol TCP
  ${line}
  real_server 10.9.0.20 80 {
    ${realServerLine}
  }
}`;
const router = (line = '', address = '10.9.0.100/24') => `
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 5
  ${line}
  virtual_ipaddress { ${address} }
}`;
const onlyServer = (text: string) => read(text).configuration.virtualServers[0];
const onlyRouter = (text: string) => read(text).configuration.virtualRouters[0];

describe("the tutorial's files", () => {
  test.each([
    ['tutorial-master.conf', 'LVS_YSY', 'MASTER', 100, 50],
    ['tutorial-backup.conf', 'LVS_SY', 'BACKUP', 50, 5],
  ] as const)('%s is understood', (name, routerId, initialState, priority, timeoutSeconds) => {
    const { configuration } = read(fixture(name));
    expect(configuration.global).toMatchObject({
      routerId,
      mail: {
        recipients: ['acassen@firewall.loc', 'failover@firewall.loc', 'sysadmin@firewall.loc'],
        from: 'Alexandre.Cassen@firewall.loc',
        server: { host: '192.168.200.1', port: 25 },
        connectTimeoutMs: 30_000,
      },
    });
    expect(configuration.virtualRouters).toMatchObject([
      {
        name: 'VI_1',
        version: 2,
        interface: 'ens33',
        virtualRouterId: 51,
        initialState,
        priority,
        advertIntervalMs: 1_000,
        authentication: { type: 'PASS', password: '1111' },
        addresses: [{ prefix: { address: '192.168.37.189', length: 32 } }],
      },
    ]);
    expect(configuration.virtualServers).toMatchObject([
      {
        label: '[192.168.37.189]:tcp:8088',
        services: [{ kind: 'address', protocol: 'tcp', address: '192.168.37.189', port: 8088 }],
        scheduler: 'rr',
        method: { kind: 'DR' },
        persistence: { timeoutSeconds },
        delayLoopMs: 6_000,
        realServers: [{ address: '192.168.37.183' }, { address: '192.168.37.184', weight: 1 }],
      },
    ]);
  });

  test('check their real servers, and a warning says what was understood', () => {
    const { configuration, diagnostics } = read(fixture('tutorial-master.conf'));
    const [first] = configuration.virtualServers[0]?.realServers ?? [];
    expect(first?.checkers).toEqual([
      {
        kind: 'TCP_CHECK',
        target: { address: '192.168.37.183', port: 8088, connectTimeoutMs: 5_000, mark: 0 },
        timing: {
          delayLoopMs: 6_000,
          warmupMs: 6_000,
          retries: 2,
          delayBeforeRetryMs: 3_000,
          alpha: false,
          logAllFailures: false,
        },
      },
    ]);
    expect(diagnostics.map(({ severity, at, message }) => [severity, at?.line, message])).toEqual(
      [39, 46].map((line) => [
        'warning',
        line,
        'Read as a TCP check of port 8088, 5 s to connect, 2 further attempts 3 s apart; keepalived checks nothing here',
      ]),
    );
  });
});

describe('a virtual server', () => {
  test('stands for one service of each address and mark of its group', () => {
    const text = `virtual_server_group G {
      10.9.0.101-103 80
      2001:db8::fffe-ffff 80
      10.9.1.0/30 81
      fwmark 9
    }${server('', '', 'group G')}`;
    const services = onlyServer(text)?.services.map((key) =>
      key.kind === 'mark' ? `mark ${key.mark}` : `${key.address} ${key.port}`,
    );
    expect(services).toEqual([
      '10.9.0.101 80',
      '10.9.0.102 80',
      '10.9.0.103 80',
      '2001:db8::fffe 80',
      '2001:db8::ffff 80',
      '10.9.1.0 81',
      '10.9.1.1 81',
      '10.9.1.2 81',
      '10.9.1.3 81',
      'mark 9',
    ]);
  });

  test('defaults to wlc, NAT and UDP, with warnings', () => {
    expect(problems('virtual_server 10.9.0.9 53 {\nreal_server 10.9.0.20 53 {\n}\n}')).toEqual([
      'warning 1: No protocol: UDP is taken',
      'warning 1: No lb_algo: wlc is taken',
      'warning 1: No lb_kind: NAT is taken',
    ]);
  });

  test.each([
    ['on every port is persistent', server('', '', '10.9.0.9'), 'needs persistence: 360 s'],
    ['without real servers is left out', 'virtual_server 10.9.0.9 80 {\n}', 'has no real server'],
    [
      'of a group that is not there is left out',
      server('', '', 'group G'),
      'no virtual_server_group G',
    ],
    ['cannot ask for more than its servers weigh', server('quorum 3'), 'a quorum of 1 is taken'],
    ['has less hysteresis than quorum', server('hysteresis 1'), 'hysteresis must be less'],
    ['with ops needs UDP', server('ops'), 'ops is for UDP only'],
    ['takes flags of its scheduler only', server('sh-port'), 'sh-port is for sh only'],
    ['by mark cannot be suspended', server('ha_suspend', '', 'fwmark 5'), 'needs an address'],
    [
      'with sorry_server_inhibit needs a sorry server',
      server('sorry_server_inhibit'),
      'no sorry_server',
    ],
  ])('%s', (_, text, message) => {
    expect(problems(text).join('\n')).toContain(message);
  });

  test('counts no real server twice, nor one of the other family', () => {
    const twin = 'real_server 10.9.0.20 80 {\n}\nreal_server 2001:db8::20 80 {\n}';
    expect(onlyServer(server(twin))?.realServers.map(({ address }) => address)).toEqual([
      '10.9.0.20',
    ]);
  });

  test('by direct routing keeps its port, and checks the one that is written', () => {
    const text = server().replace('10.9.0.20 80 {', '10.9.0.20 8080 {\nTCP_CHECK {\n}');
    const [real] = onlyServer(text)?.realServers ?? [];
    expect(real).toMatchObject({
      port: 8080,
      checkers: [{ target: { port: 8080 } }],
    });
  });
});

describe('checkers', () => {
  const checkersOf = (text: string) => onlyServer(text)?.realServers[0]?.checkers;

  test('inherit from real server, then virtual server, then their own defaults', () => {
    const text = server(
      'delay_loop 7\nretry 4\nconnect_timeout 9',
      'retry 2\nTCP_CHECK {\nconnect_port 81\n}\nDNS_CHECK {\nretry 1\n}',
    );
    expect(checkersOf(text)).toMatchObject([
      {
        target: { port: 81, connectTimeoutMs: 9_000 },
        timing: { retries: 2, delayLoopMs: 7_000, warmupMs: 7_000, delayBeforeRetryMs: 1_000 },
      },
      { type: 'SOA', name: '.', timing: { retries: 1, delayBeforeRetryMs: 7_000 } },
    ]);
  });

  test('have the defaults of keepalived, each of its own', () => {
    const blocks = ['TCP_CHECK', 'PING_CHECK', 'UDP_CHECK', 'DNS_CHECK', 'SMTP_CHECK'];
    const all = server(
      '',
      [
        ...blocks.map((kind) => `${kind} {\n}`),
        'HTTP_GET {\nurl {\npath /\n}\n}',
        'MISC_CHECK {\nmisc_path /bin/true\n}',
      ].join('\n'),
    );
    const timings = checkersOf(all)?.map((one) =>
      'timing' in one ? [one.kind, one.timing.retries, one.timing.delayBeforeRetryMs] : [],
    );
    expect(timings).toEqual([
      ['TCP_CHECK', 1, 1_000],
      ['PING_CHECK', 1, 1_000],
      ['UDP_CHECK', 1, 1_000],
      ['DNS_CHECK', 3, 60_000],
      ['SMTP_CHECK', 1, 1_000],
      ['HTTP_GET', 1, 3_000],
      ['MISC_CHECK', 0, 1_000],
    ]);
  });

  test('of the web know host, name in TLS, codes and expression', () => {
    const text = server(
      'virtualhost vs.example',
      'virtualhost rs.example\nSSL_GET {\nenable_sni\nurl {\npath /a\nstatus_code 200 300-302\nregex "^ok [0-9]+$"\nregex_options caseless\n}\n}',
    );
    expect(checkersOf(text)).toMatchObject([
      {
        kind: 'SSL_GET',
        virtualHost: 'rs.example',
        sniHost: 'vs.example',
        enableSni: true,
        urls: [
          {
            path: '/a',
            statusCodes: [
              { from: 200, to: 200 },
              { from: 300, to: 302 },
            ],
            regex: { pattern: '^ok [0-9]+$', options: ['caseless'] },
          },
        ],
      },
    ]);
  });

  test.each([
    ['HTTP_GET {\n}', 'HTTP_GET has no url'],
    ['HTTP_GET {\nurl {\n}\n}', 'This url has no path'],
    ['MISC_CHECK {\n}', 'MISC_CHECK has no misc_path'],
    ['FILE_CHECK {\ntrack_file f\n}', 'There is no track_file f'],
    ['BFD_CHECK {\nname b\n}', 'There is no bfd_instance b'],
    ['TCP_CHECK {\n}\nconnect_port 80', 'This belongs in a checker'],
  ])('%j checks nothing, and says so', (block, message) => {
    expect(problems(server('', block)).join('\n')).toContain(message);
  });
});

describe('a virtual router', () => {
  test('has the defaults of keepalived', () => {
    expect(onlyRouter(router())).toMatchObject({
      version: 2,
      family: 'ipv4',
      priority: 100,
      initialState: 'BACKUP',
      advertIntervalMs: 1_000,
      preempt: true,
      group: '224.0.0.18',
      accept: true,
      announcements: {
        repeat: 5,
        delayMs: 5_000,
        refreshMs: 0,
        refreshRepeat: 1,
        lowerPriorityRepeat: 5,
      },
    });
  });

  test('of IPv6 speaks version 3', () => {
    expect(onlyRouter(router('', 'fe80::1/64'))).toMatchObject({
      version: 3,
      family: 'ipv6',
      group: 'ff02::12',
    });
  });

  test('with state MASTER and no priority owns its addresses', () => {
    expect(onlyRouter(router('state MASTER'))?.priority).toBe(255);
  });

  test('of a track_group needs the devices of what names the group', () => {
    const text = `track_group G {\n  group { VI_1 }\n}
static_ipaddress {\n  10.7.0.1/24 track_group G\n  10.7.1.1/24 dev eth8\n}
static_routes {\n  10.6.0.0/24 track_group G nexthop via 10.9.0.9 dev eth1 nexthop via 10.9.0.8 dev eth2\n}
static_rules {\n  from 10.5.0.0/24 iif eth3 table 77 track_group G\n}${router()}`;
    const { configuration } = read(`global_defs {\n  default_interface eth7\n}\n${text}`);

    expect(configuration.trackGroups).toEqual([
      { name: 'G', routers: ['VI_1'], devices: ['eth7', 'eth1', 'eth2', 'eth3'] },
    ]);
    expect(configuration.staticAddresses).toMatchObject([{ device: 'eth7' }, { device: 'eth8' }]);
  });

  test.each([
    ['static_ipaddress {\n  10.7.0.1/24 dev eth0 track_group H\n}', 'There is no track_group H'],
    ['static_routes {\n  10.6.0.0/24 via 10.9.0.9 track_group G\n}', 'Without a device'],
    ['static_rules {\n  from 10.5.0.0/24 table 77 track_group G\n}', 'Without a device'],
    [router('', '10.9.0.100/24 track_group G'), 'for static addresses, routes and rules only'],
    ['track_group G {\n}', 'track_group G is there already, from line 1'],
  ])('a track_group that cannot track is told of: %j', (text, message) => {
    expect(problems(`track_group G {\n}\n${text}`).join('\n')).toContain(message);
  });

  test('takes what it leaves open from global_defs', () => {
    const global =
      'global_defs {\nvrrp_version 3\nvrrp_garp_master_delay 1\ndefault_interface eth7\n}';
    const text = `${global}${router('advert_int 0.25').replace('interface eth0', '')}`;
    expect(onlyRouter(text)).toMatchObject({
      version: 3,
      interface: 'eth7',
      advertIntervalMs: 250,
      announcements: { delayMs: 1_000 },
    });
  });

  test.each([
    ['advert_int 1.5', 'goes by whole seconds: 2 s'],
    ['state MASTER\npriority 100\nnopreempt', 'nopreempt needs state BACKUP'],
    ['nopreempt\npreempt_delay 5', 'cannot be with nopreempt'],
    ['version 3\nauthentication {\nauth_type PASS\nauth_pass 1\n}', 'knows no authentication'],
    [
      'authentication {\nauth_type PASS\nauth_pass 123456789\n}',
      "Only 8 characters count: '12345678'",
    ],
    ['unicast_src_ip 10.9.0.1', 'There is no unicast_peer'],
    ['track_script {\nnone\n}', 'There is no vrrp_script none'],
    ['vmac_xmit_base', 'vmac_xmit_base is for use_vmac only'],
    ['native_ipv6', 'native_ipv6 cannot be with IPv4'],
  ])('with %j is warned of', (lines, message) => {
    expect(problems(router(lines)).join('\n')).toContain(message);
  });

  test('without a number is left out', () => {
    expect(read(router().replace('virtual_router_id 5', '')).configuration.virtualRouters).toEqual(
      [],
    );
  });

  test('that is there twice, by name or by number, is told', () => {
    expect(problems(router() + router())).toEqual([
      'error 8: vrrp_instance VI_1 is there already, from line 2',
    ]);
    expect(problems(router() + router().replace('VI_1', 'VI_2'))).toEqual([
      'error 8: VI_1 and VI_2 both are virtual router 5 on eth0',
    ]);
  });

  test('on a device that this machine lacks is told, unless devices may come later', () => {
    const machine = {
      hasDevice: () => false,
      hasUser: () => true,
      hasGroup: () => true,
      hasProgram: () => true,
    };
    expect(problems(router(), machine)).toEqual(['error 3: This machine has no device eth0']);
    expect(problems(`global_defs {\ndynamic_interfaces\n}${router()}`, machine)).toEqual([]);
  });
});

test('groups hold virtual routers that are there and in no other group', () => {
  const text = `${router()}${router().replace('VI_1', 'VI_2').replace('id 5', 'id 6')}
    vrrp_sync_group A { group { VI_1 VI_2 } }
    vrrp_sync_group B { group { VI_2
    VI_3 } }`;
  expect(
    read(text).configuration.syncGroups.map(({ name, members }) => [name, ...members]),
  ).toEqual([['A', 'VI_1', 'VI_2']]);
});

test('several global_defs count as one', () => {
  const text =
    'global_defs {\nrouter_id A\n}\nglobal_defs {\nsmtp_alert\nvrrp_version 3\n}' +
    router() +
    server();
  const { configuration } = read(text);
  expect(configuration).toMatchObject({
    global: { routerId: 'A' },
    virtualRouters: [{ version: 3, notifications: { smtpAlert: true } }],
    virtualServers: [{ smtpAlert: true }],
  });
});

describe('hints', () => {
  const hints = (text: string) => read(text).diagnostics.map(({ hint }) => hint);
  test('name the keyword that was meant', () =>
    expect(hints(router('virtual_routr_id 5'))).toEqual(["Did you mean 'virtual_router_id'?"]));
  test('name the block where it belongs', () =>
    expect(hints(`${router()}\npriority 5`)).toEqual(['It belongs in vrrp_instance']));
  test('suspect a missing brace before a block that belongs outside', () =>
    expect(hints(`${router().slice(0, -1)}${server()}`)).toContain(
      "It belongs outside every block: a '}' may be missing above",
    ));
});

test('a keyword that evs does not carry out is warned of by name and line', () => {
  expect(problems('global_defs {\nenable_dbus\n}')).toEqual([
    'warning 2: enable_dbus is read, but evs does not carry it out',
  ]);
});

test('an unknown block hides nothing behind it', () => {
  const text = router('foo {\na 1\n}\npriority 50');
  expect(onlyRouter(text)?.priority).toBe(50);
  expect(problems(text)).toEqual(["error 5: Unknown keyword 'foo'"]);
});

describe('hostile input', () => {
  const words = fc.constantFrom(
    'vrrp_instance',
    'virtual_server',
    'real_server',
    'TCP_CHECK',
    'url',
    'global_defs',
    'virtual_ipaddress',
    '10.9.0.1',
    '80',
    '{',
    '}',
    '\n',
    '"',
    "'",
    '\\',
    'V',
    'fwmark',
    'group',
    'priority',
    '255',
    '$A',
    'constructor',
    '__proto__',
    'toString',
    'script',
    '-1',
    '1e9',
    '::',
    '/',
  );
  test('any text is read to its end, and every problem has its place in it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(words, fc.string({ maxLength: 6 })), { maxLength: 60 }),
        (parts) => {
          const text = parts.join(' ');
          const lines = text.split('\n');
          for (const { at } of read(text).diagnostics) {
            if (at === undefined) continue;
            expect(at.line).toBeLessThanOrEqual(lines.length);
            expect(at.column).toBeGreaterThan(0);
          }
        },
      ),
      { numRuns: 400 },
    );
  });

  test('more problems than anybody reads are counted, not kept', () => {
    expect(read('x\n'.repeat(5_000)).diagnostics.length).toBe(1_001);
  });

  test('the tutorial with any one character changed is read', () => {
    const tutorial = fixture('tutorial-master.conf');
    fc.assert(
      fc.property(
        fc.nat(tutorial.length - 1),
        fc.constantFrom('{', '}', '"', '#', 'x', '\n', ' ', '$'),
        (at, character) => {
          const { configuration } = read(
            tutorial.slice(0, at) + character + tutorial.slice(at + 1),
          );
          expect(configuration.global.mail.connectTimeoutMs).toBeGreaterThan(0);
        },
      ),
      { numRuns: 150 },
    );
  });
});

test('an expression that cannot be used is an error, and its url checks nothing', () => {
  const { diagnostics, configuration } = read(
    'virtual_server 10.0.0.1 80 {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\nreal_server 10.0.0.2 80 {\nHTTP_GET {\nurl {\npath /\nregex "(a"\n}\n}\n}\n}\n',
  );

  expect(diagnostics.map(({ severity, message }) => [severity, message])).toContainEqual([
    'error',
    'Invalid regular expression: /(a/: Unterminated group',
  ]);
  expect(configuration.virtualServers[0]?.realServers[0]?.checkers).toEqual([]);
});

describe('what is for evs alone', () => {
  test('a second way to another director is read from a comment, wherever its words stand', () => {
    const text = `#evs: heartbeat 10.8.0.2\n  #evs:heartbeat fd08::2 interval 0.5 source fd08::1 port 9000 # twice\n`;
    expect(read(text).configuration.heartbeats).toEqual([
      { peer: '10.8.0.2', port: 8_852, intervalMs: 1_000 },
      { peer: 'fd08::2', port: 9_000, intervalMs: 500, source: 'fd08::1' },
    ]);
  });

  test.each([
    ['#evs: heartbeat', 'error 1: evs:heartbeat needs IP'],
    ['#evs: hartbeat 10.8.0.2', "error 1: Unknown keyword 'evs:hartbeat'"],
    [
      '#evs: heartbeat 10.8.0.2 source fd08::1',
      'error 1: Peer and source are of different address families',
    ],
  ])('%s is a mistake of which keepalived knows nothing', (text, problem) => {
    expect(problems(text)).toEqual([problem]);
    expect(read(text).diagnostics.map(({ status }) => status)).toEqual([0]);
  });

  test('other comments stay comments', () => {
    expect(problems('# evs: heartbeat\n!evs: heartbeat\n#evsomething else\n')).toEqual([]);
  });
});
