import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { step, type Step } from './step.ts';
import { servicePort, type HostName } from './topology.ts';

/** Starts Debian's nginx with files of its own, written under `directory`; its page is the host's name. */
export function nginx(host: HostName, directory: string): Step {
  mkdirSync(path.join(directory, 'html'), { recursive: true });
  writeFileSync(path.join(directory, 'html/index.html'), `${host}\n`);
  writeFileSync(path.join(directory, 'nginx.conf'), nginxConfiguration);
  return step(host, `nginx -p ${directory} -e error.log -c nginx.conf`);
}

/** Paths are relative to the prefix, so that nothing of a host's own nginx is touched. */
const nginxConfiguration = `user root;
worker_processes 1;
pid nginx.pid;
events {
  worker_connections 4096;
}
http {
  access_log access.log;
  client_body_temp_path tmp-body;
  proxy_temp_path tmp-proxy;
  fastcgi_temp_path tmp-fastcgi;
  uwsgi_temp_path tmp-uwsgi;
  scgi_temp_path tmp-scgi;
  server {
    listen ${servicePort} backlog=4096;
    root html;
  }
}
`;

/** Our own server, where nginx is not installed: answers every request with the host's name. */
export function builtInServer(host: HostName): Step {
  const line = `evs lab serve ${host} ${servicePort}`;
  return { ...step(host, line), typed: `${line} &`, background: true };
}

/** Serves `page` at every path until the process ends; resolves when it listens. */
export function serve(page: string, port: number): Promise<void> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/plain').end(`${page}\n`);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, resolve);
  });
}
