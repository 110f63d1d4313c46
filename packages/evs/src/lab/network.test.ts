import { expect, test } from 'vitest';
import { networkSteps } from './network.ts';
import { commandLine, type Step } from './step.ts';
import { addressOf, gatewayOf, macOf, oneDirector, twoDirectors } from './topology.ts';

const lines = (steps: readonly Step[]): string[] =>
  steps.map(({ at, argv }) => `${at ?? ''}# ${commandLine(argv)}`);
const network = lines(networkSteps('demo', oneDirector, { bridgeNetfilter: false }));

test('every host gets a namespace whose name starts with that of the lab', () => {
  for (const host of oneDirector.hosts) expect(network).toContain(`# ip netns add demo-${host}`);
});

test('a cable joins a port of the switch, named after the host, to the host', () => {
  expect(network).toContain(
    '# ip link add nginx-1 netns demo-switch type veth peer name eth0 netns demo-nginx-1 address 02:00:c0:a8:25:b7',
  );
  expect(network).toContain('switch# ip link set nginx-1 master br0');
});

test('with two directors the first devices carry the name of the tutorial', () => {
  const pair = lines(networkSteps('demo', twoDirectors, { bridgeNetfilter: false }));
  expect(pair).toContain('lvs-2# ip addr add 192.168.37.182/24 dev ens33');
  expect(pair.join('\n')).not.toContain('eth0');
  expect(network.join('\n')).not.toContain('lvs-2');
});

test('only the router forwards', () => {
  expect(network.filter((line) => line.includes('ip_forward=1'))).toEqual([
    'router# sysctl -qw net.ipv4.ip_forward=1',
  ]);
});

test('the remote client is behind the router', () => {
  expect(network).toContain(
    '# ip link add eth1 netns demo-router address 02:00:cb:00:71:01 type veth peer name eth0 netns demo-remote address 02:00:cb:00:71:07',
  );
  expect(network).toContain('remote# ip route add default via 203.0.113.1');
});

test('the switch hands no frames to iptables where the machine would', () => {
  const [setting] = lines(networkSteps('demo', oneDirector, { bridgeNetfilter: true })).filter(
    (line) => line.includes('bridge-nf'),
  );
  expect(setting).toBe('switch# sysctl -qw net.bridge.bridge-nf-call-iptables=0');
  expect(network.join('\n')).not.toContain('bridge-nf');
});

test('addresses, gateways and MAC addresses go together', () => {
  expect(addressOf('nginx-2')).toBe('192.168.37.184');
  expect(addressOf('router')).toBe('192.168.37.1');
  expect(gatewayOf('nginx-2')).toBe('192.168.37.1');
  expect(gatewayOf('remote')).toBe('203.0.113.1');
  expect(macOf('192.168.37.1')).toBe('02:00:c0:a8:25:01');
  expect(() => addressOf('switch')).toThrow('switch has no address');
});
