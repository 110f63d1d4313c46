import { expect, test } from 'vitest';
import { realServerSetup, tunnelMtuSetup } from './real-server.ts';
import { commandLine, type Step } from './step.ts';

const lines = (steps: readonly Step[]): string[] => steps.map(({ argv }) => commandLine(argv));

test('direct routing: the VIP is on lo with a host mask and ARP keeps quiet about it', () => {
  expect(lines(realServerSetup('dr', 'nginx-1', 'program').apply)).toMatchInlineSnapshot(`
    [
      "sysctl -qw net.ipv4.conf.all.arp_ignore=1",
      "sysctl -qw net.ipv4.conf.all.arp_announce=2",
      "ip addr add 192.168.37.189/32 dev lo",
      "ip route add 192.168.37.189 dev lo",
    ]
  `);
});

test('NAT: answers go through the director, also to a client on the same segment', () => {
  expect(lines(realServerSetup('nat', 'nginx-1', 'program').apply)).toMatchInlineSnapshot(`
    [
      "ip route replace default via 192.168.37.181",
      "ip route add 192.168.37.20 via 192.168.37.181",
    ]
  `);
});

test('tunnel: by the device of the kernel if it has one', () => {
  expect(lines(realServerSetup('tun', 'nginx-1', 'tunl0').apply)).toMatchInlineSnapshot(`
    [
      "sysctl -qw net.ipv4.conf.all.rp_filter=0",
      "sysctl -qw net.ipv4.conf.tunl0.rp_filter=0",
      "ip link set tunl0 up",
      "sysctl -qw net.ipv4.conf.all.arp_ignore=1",
      "sysctl -qw net.ipv4.conf.all.arp_announce=2",
      "ip addr add 192.168.37.189/32 dev tunl0",
      "ip route add 192.168.37.189 dev tunl0",
    ]
  `);
});

test('tunnel: else by our own program', () => {
  expect(lines(realServerSetup('tun', 'nginx-1', 'program').apply)[0]).toBe('evs decapsulate eth0');
});

test('tunnel: the path to the real servers has room for the outer header', () => {
  const { apply, undo } = tunnelMtuSetup();
  expect(lines(apply)).toContain('ip link set nginx-1 mtu 1520');
  expect(lines(undo)).toContain('ip link set nginx-1 mtu 1500');
  expect(apply.length).toBe(undo.length);
});
