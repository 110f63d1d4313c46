import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { ports } from './directors.ts';
import type { Lines } from './line.ts';
import { atEnd } from './namespace.ts';

let directory: string | undefined;

/** Writes a file that is gone at the end of the run; returns its path. */
export function temporaryFile(name: string, text: string): string {
  if (directory === undefined) {
    const made = mkdtempSync(`${tmpdir()}/evs-bench-`);
    directory = made;
    atEnd(() => rmSync(made, { recursive: true }));
  }
  writeFileSync(`${directory}/${name}`, text);
  return `${directory}/${name}`;
}

/** nginx and iperf3 on every address of the real servers. */
export function startServers({ servers }: Lines): void {
  const log = temporaryFile('nginx.log', '');
  const configuration = temporaryFile(
    'nginx.conf',
    `worker_processes 1;
daemon off;
pid ${log}.pid;
error_log ${log};
events { worker_connections 8192; }
http {
  access_log off;
  keepalive_requests 100000000;
  server { listen ${ports.http} backlog=4096; location / { return 200 "ok\\n"; } }
}
`,
  );
  servers.start('nginx', '-c', configuration, '-e', log);
  servers.start('iperf3', '--server', '--port', String(ports.bulk));
}
