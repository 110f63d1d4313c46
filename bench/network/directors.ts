import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Line } from './line.ts';
import { atEnd, run } from './namespace.ts';

/** Ports of the virtual services; they are the real servers' ports too. */
export const ports = { http: 80, bulk: 5201, masquerading: 9001, gatewaying: 9002 } as const;
const tcpPorts = [ports.http, ports.bulk];

/** The host forwards from client to servers, and that is all. */
export function plainForwarding({ director }: Line): void {
  director.sysctl('net.ipv4.ip_forward=1');
}

/** DNAT in turns, with conntrack. */
export function nftables(line: Line): void {
  plainForwarding(line);
  const [first, second] = line.realServers;
  const turns = `numgen inc mod 2 map { 0 : ${first}, 1 : ${second} }`;
  const rules = [
    'add table ip bench',
    'add chain ip bench in { type nat hook prerouting priority dstnat; }',
    `add rule ip bench in ip daddr ${line.vip} tcp dport { ${tcpPorts.join(', ')} } dnat to ${turns}`,
    `add rule ip bench in ip daddr ${line.vip} udp dport ${ports.masquerading} dnat to ${turns}`,
  ];
  for (const rule of rules) line.director.run('nft', rule);
}

const launcher = (name: string): string =>
  fileURLToPath(new URL(`../../bin/${name}`, import.meta.url));

/** The product, by its own programs: NAT for TCP, NAT and direct routing for UDP. */
export function evs(line: Line, hook: 'tc' | 'xdp', ...options: readonly string[]): void {
  const directory = mkdtempSync(path.join(tmpdir(), 'evs-bench-'));
  const inode = statSync(line.director.path).ino;
  atEnd(() => {
    rmSync(directory, { recursive: true });
    rmSync(`/run/evs/bpf/netns-${inode}`, { recursive: true, force: true });
  });
  const within = (name: string, ...words: readonly string[]): string =>
    line.director.run('env', `EVS_RUN_DIR=${directory}`, launcher(name), ...words);
  within('evsd', '--detach', '--hook', hook, ...options);
  for (const words of ipvsadmLines(line)) within('evsadm', ...words.split(' '));
}

/** The kernel's own balancer, with the same services. */
export function kernelIpvs(line: Line): void {
  plainForwarding(line);
  for (const words of ipvsadmLines(line)) line.director.run('ipvsadm', ...words.split(' '));
}

function ipvsadmLines({ vip, realServers }: Line): string[] {
  const services = [
    ...tcpPorts.map((port) => ['-t', port, '-m'] as const),
    ['-u', ports.masquerading, '-m'] as const,
    ['-u', ports.gatewaying, '-g'] as const,
  ];
  return services.flatMap(([protocol, port, method]) => [
    `-A ${protocol} ${vip}:${port} -s rr`,
    ...realServers.map(
      (address) => `-a ${protocol} ${vip}:${port} -r ${address}:${port} ${method}`,
    ),
  ]);
}

/** A proxy in user space, TCP only. */
export function haproxy(line: Line, configuration: (text: string) => string): void {
  const section = (port: number): string => `
listen port${port}
  bind ${line.vip}:${port}
  balance roundrobin
  server first ${line.realServers[0]}:${port}
  server second ${line.realServers[1]}:${port}
`;
  const file = configuration(`
global
  maxconn 4000
defaults
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s
${tcpPorts.map(section).join('')}`);
  line.director.start('haproxy', '-q', '-db', '-f', file);
}

/** Whether the kernel has its own balancer; loads it if it is a module. */
export function hasKernelIpvs(): boolean {
  try {
    run('modprobe', '-a', 'ip_vs', 'ip_vs_rr');
    return true;
  } catch {
    return false;
  }
}
