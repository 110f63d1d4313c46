import { readFileSync } from 'node:fs';
import { defined, type TlsFiles } from '../../config/index.ts';
import type { ClientCredentials } from '../../healthcheck/index.ts';

/** What SSL_GET shows to servers: the files of keepalived's SSL block. Throws what keeps one from being read. */
export function clientCredentials({
  authorities,
  certificate,
  key,
  password,
}: TlsFiles): ClientCredentials {
  return defined({
    ca: text(authorities),
    cert: text(certificate),
    key: text(key),
    passphrase: password,
  });
}

const text = (file: string | undefined): string | undefined =>
  file === undefined ? undefined : readFileSync(file, 'utf8');
