import { common, core, group, ignored, rare, type AnyGroup } from '../spec.ts';
import { flag, many, optional, sequence, unreported } from '../value.ts';
import { address, port } from '../values/addresses.ts';
import { command, scriptUser } from '../values/commands.ts';
import { cInteger, integer, seconds, unsigned, wholeSeconds } from '../values/numbers.ts';
import { trackWeight } from '../values/tracking.ts';
import { statusCodes } from '../values/virtual.ts';
import { boolean, choice, device, hexBytes, md5, name, path, word } from '../values/words.ts';

const longest = 4_294;
const forever = 1e12;

/** When a checker checks. All but FILE_CHECK and BFD_CHECK have them. */
const timing = {
  retry: core(integer(0, 0x7fff_ffff), 'further attempts before the server counts as down', {
    initial:
      'that of the real server, else of the virtual server, else 1 (DNS_CHECK 3, MISC_CHECK 0)',
  }),
  delay_before_retry: core(seconds(0, forever), 'time between attempts', {
    initial: '1 (HTTP_GET and SSL_GET 3, DNS_CHECK delay_loop)',
  }),
  delay_loop: common(seconds(0.000_001, forever), 'time between checks', { initial: '60' }),
  warmup: common(seconds(0, forever), 'the first check waits a random time up to this', {
    initial: 'delay_loop',
  }),
  alpha: rare(boolean, 'counts as down until the first success', { initial: 'off' }),
  log_all_failures: rare(boolean, 'every failed attempt is logged, not only the last', {
    initial: 'that of global_defs',
  }),
};

/** Where a checker connects. */
const connection = {
  connect_ip: common(address, 'address to check', { initial: "the real server's" }),
  connect_port: core(port, 'port to check', { initial: "the real server's" }),
  bindto: rare(address, 'source address', { initial: 'any' }),
  bind_port: rare(port, 'source port', { initial: 'any' }),
  bind_if: rare(device, 'device to send by', { initial: 'any' }),
  connect_timeout: core(seconds(0.000_001, longest), 'bound on connecting and on each read', {
    initial: '5',
  }),
  fwmark: rare(cInteger(0, 0xffff_ffff), 'mark of the packets', { initial: '0' }),
};

const probe = { ...connection, ...timing };

const regexOptions = [
  'allow_empty_class',
  'alt_bsux',
  'auto_callout',
  'caseless',
  'dollar_endonly',
  'dotall',
  'dupnames',
  'extended',
  'firstline',
  'match_unset_backref',
  'multiline',
  'never_ucp',
  'never_utf',
  'no_auto_capture',
  'no_auto_possess',
  'no_dotstar_anchor',
  'no_start_optimize',
  'ucp',
  'ungreedy',
  'utf',
  'never_backslash_c',
  'alt_circumflex',
  'alt_verbnames',
  'use_offset_limit',
] as const;

const url = group(
  'core',
  flag,
  {
    path: core(path, 'target of the request'),
    status_code: core(many(statusCodes), 'accepted status codes', { initial: '200-299' }),
    digest: core(md5, 'MD5 of the body in 32 hexadecimal digits'),
    virtualhost: rare(word('HOST'), 'Host header', { initial: "the checker's" }),
    regex: common(command({ user: false }), 'expression that the body must match'),
    regex_no_match: rare(flag, 'the body must not match it'),
    regex_options: rare(unreported(many(choice(regexOptions))), 'options of PCRE2'),
    regex_min_offset: rare(unreported(unsigned), 'first byte at which a match may begin', {
      initial: '0',
    }),
    regex_max_offset: rare(unreported(unsigned), 'last byte at which a match may begin'),
    regex_stack: ignored(
      unreported(sequence({ start: unsigned, most: unsigned })),
      'stack of PCRE2 in bytes',
      {
        notCarriedOut: 'expressions run in the engine of Node, which needs no stack of its own',
      },
    ),
    tls_compliant: ignored(flag, 'the server must close TLS in form', { since: '2.3' }),
  },
  'one request; several are tried in their order',
);

const http = {
  url,
  nb_get_retry: core(integer(0, 0x7fff_ffff), 'as retry', { deprecated: 'retry', told: true }),
  virtualhost: common(word('HOST'), 'Host header', {
    initial: 'that of the real server, else of the virtual server, else IP:PORT',
  }),
  http_protocol: rare(
    choice(['1.0', '1.0C', '1.1', '1.0c']),
    'version in the request; C adds Connection: close',
    {
      initial: '1.0',
    },
  ),
  enable_sni: common(boolean, 'names the host in the TLS handshake'),
  fast_recovery: rare(boolean, 'no pause between requests while the server recovers'),
  tls_compliant: ignored(flag, 'the server must close TLS in form', { since: '2.3' }),
  ...probe,
};

const smtpHost = group('rare', flag, connection, 'where to connect', {
  deprecated: 'the same keywords outside the block',
});

const checker = <const K extends AnyGroup['keywords']>(
  usage: AnyGroup['usage'],
  keywords: K,
  meaning: string,
) => group(usage, flag, keywords, meaning);

/** The blocks of a real_server that check its health. */
export const checkers = {
  TCP_CHECK: checker('core', probe, 'a connection is accepted'),
  HTTP_GET: checker('core', http, 'a web server answers as wanted'),
  SSL_GET: checker('core', http, 'a web server answers over TLS as wanted'),
  SMTP_CHECK: checker(
    'common',
    {
      helo_name: common(word('NAME'), 'name in HELO', { initial: 'smtpchecker.keepalived.org' }),
      host: smtpHost,
      ...probe,
    },
    'a mail server greets',
  ),
  DNS_CHECK: checker(
    'common',
    {
      type: common(
        choice(['A', 'NS', 'CNAME', 'SOA', 'MX', 'TXT', 'AAAA', 'RRSIG', 'DNSKEY']),
        'type of the query',
        { initial: 'SOA' },
      ),
      name: common(word('DOMAIN'), 'name that is asked for', { initial: 'the root' }),
      ...probe,
    },
    'a name server answers',
  ),
  UDP_CHECK: checker(
    'rare',
    {
      payload: rare(hexBytes({ wildcards: false }), 'bytes to send', {
        initial: '32 bytes of text',
      }),
      require_reply: rare(
        optional(hexBytes({ wildcards: true }), ''),
        'an answer is needed, of these bytes; x stands for any digit',
      ),
      min_reply_length: rare(integer(0, 65_535), 'shortest answer', { initial: '0' }),
      max_reply_length: rare(integer(0, 65_535), 'longest answer', { initial: '255' }),
      ...probe,
    },
    'no ICMP error comes back, or the wanted answer does',
  ),
  PING_CHECK: checker('common', probe, 'an ICMP echo is answered'),
  MISC_CHECK: checker(
    'core',
    {
      misc_path: core(command({ user: false }), 'program that checks'),
      misc_timeout: core(wholeSeconds(0, longest), 'how long it may run', {
        initial: 'delay_loop',
      }),
      misc_dynamic: common(flag, 'exit status 2 to 255 sets the weight, to two less'),
      user: common(scriptUser, 'whom it runs as', { initial: 'script_user' }),
      ...timing,
    },
    'a program succeeds',
  ),
  FILE_CHECK: checker(
    'rare',
    {
      track_file: rare(name, 'a track_file'),
      weight: rare(trackWeight(0x7fff_ffff), "factor of the file's number", {
        initial: "the track_file's",
      }),
    },
    'a number in a file changes the weight',
  ),
  BFD_CHECK: checker(
    'rare',
    {
      name: rare(name, 'a bfd_instance'),
      alpha: rare(boolean, 'counts as down until the session is up'),
    },
    'a BFD session is up',
  ),
};
