import { step, type Step } from './step.ts';
import {
  devicesOf,
  gatewayOf,
  macOf,
  type Device,
  type HostName,
  type Topology,
} from './topology.ts';

/** Name of a host's network namespace on the machine that holds the lab. */
export const namespaceOf = (lab: string, host: HostName): string => `${lab}-${host}`;

/** The commands that build the network: namespaces, a switch, cables, addresses, routes. */
export function networkSteps(
  lab: string,
  topology: Topology,
  options: { readonly bridgeNetfilter: boolean },
): Step[] {
  const { hosts } = topology;
  const devices = devicesOf(topology);
  return [
    ...hosts.map((host) => step(undefined, `ip netns add ${namespaceOf(lab, host)}`)),
    ...switchSteps(options.bridgeNetfilter),
    ...devices.flatMap((device) => (device.segment === 'lan' ? lanCable(lab, device) : [])),
    outsideCable(lab, devices),
    ...devices.flatMap(addressSteps),
    ...hosts.filter((host) => host !== 'switch').flatMap(hostSteps),
  ];
}

/** A new namespace hands bridged frames to iptables if the machine does; a switch does no such thing. */
function switchSteps(bridgeNetfilter: boolean): Step[] {
  return [
    step('switch', 'ip link add br0 type bridge'),
    ...(bridgeNetfilter ? [step('switch', 'sysctl -qw net.bridge.bridge-nf-call-iptables=0')] : []),
    step('switch', 'ip link set br0 up'),
  ];
}

function lanCable(lab: string, { host, name, address }: Device): Step[] {
  const port = `ip link add ${host} netns ${namespaceOf(lab, 'switch')} type veth`;
  const peer = `peer name ${name} netns ${namespaceOf(lab, host)} address ${macOf(address)}`;
  return [
    step(undefined, `${port} ${peer}`),
    step('switch', `ip link set ${host} master br0`),
    step('switch', `ip link set ${host} up`),
  ];
}

function outsideCable(lab: string, devices: readonly Device[]): Step {
  const [near, far] = devices
    .filter((device) => device.segment === 'outside')
    .map(
      ({ host, name, address }) =>
        `${name} netns ${namespaceOf(lab, host)} address ${macOf(address)}`,
    );
  return step(undefined, `ip link add ${near} type veth peer name ${far}`);
}

const addressSteps = ({ host, name, address }: Device): Step[] => [
  step(host, `ip addr add ${address}/24 dev ${name}`),
  step(host, `ip link set ${name} up`),
];

/** A new namespace inherits the machine's settings, so they are set although they are the defaults. */
function hostSteps(host: HostName): Step[] {
  const forwarding = host === 'router' ? 1 : 0;
  return [
    step(host, 'ip link set lo up'),
    step(host, `sysctl -qw net.ipv4.ip_forward=${forwarding}`),
    ...(host === 'router' ? [] : [step(host, `ip route add default via ${gatewayOf(host)}`)]),
  ];
}
