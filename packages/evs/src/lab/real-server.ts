import type { Method } from './method.ts';
import { step, type Step } from './step.ts';
import { addressOf, director, gatewayOf, realServers, vip, type HostName } from './topology.ts';

/** How a real server opens tunnels: the kernel's own device, or our program where there is none. */
export type Decapsulation = 'tunl0' | 'program';

/** What a method asks of a real server, as commands, and the commands that take it back. */
export interface RealServerSetup {
  readonly apply: readonly Step[];
  readonly undo: readonly Step[];
}

/** Room for the outer IPv4 header on the way from director to real server, so that uploads are not cut. */
const tunnelMtu = 1520;

/** The set-up of one real server for a method. */
export function realServerSetup(
  method: Method,
  host: HostName,
  decapsulation: Decapsulation,
): RealServerSetup {
  switch (method) {
    case 'nat':
      return answersThroughDirector(host);
    case 'dr':
      return holdsVip(host, 'lo');
    case 'tun':
      return join(
        decapsulation === 'tunl0' ? opensTunnelByDevice(host) : opensTunnelByProgram(host),
        holdsVip(host, decapsulation === 'tunl0' ? 'tunl0' : 'lo'),
      );
  }
}

/** Devices between director and real servers with another MTU: ends and switch ports alike. */
export const tunnelMtuSetup = (): RealServerSetup => ({
  apply: setMtu(tunnelMtu),
  undo: setMtu(1500),
});

const setMtu = (mtu: number): Step[] =>
  ([director, ...realServers] as const).flatMap((host) => [
    step('switch', `ip link set ${host} mtu ${mtu}`),
    step(host, `ip link set eth0 mtu ${mtu}`),
  ]);

/**
 * The director must see the answer to undo its rewriting: it is the default gateway, and the way to the
 * client that a real server could reach directly.
 */
function answersThroughDirector(host: HostName): RealServerSetup {
  const neighbour = addressOf('client');
  return {
    apply: [
      step(host, `ip route replace default via ${addressOf(director)}`),
      step(host, `ip route add ${neighbour} via ${addressOf(director)}`),
    ],
    undo: [
      step(host, `ip route del ${neighbour}`),
      step(host, `ip route replace default via ${gatewayOf(host)}`),
    ],
  };
}

/** The VIP with a host mask, and silence about it in ARP: answers only for eth0's own address, asks in its name. */
function holdsVip(host: HostName, device: 'lo' | 'tunl0'): RealServerSetup {
  return {
    apply: [
      step(host, 'sysctl -qw net.ipv4.conf.all.arp_ignore=1'),
      step(host, 'sysctl -qw net.ipv4.conf.all.arp_announce=2'),
      step(host, `ip addr add ${vip}/32 dev ${device}`),
      step(host, `ip route add ${vip} dev ${device}`),
    ],
    undo: [
      step(host, `ip route del ${vip} dev ${device}`),
      step(host, `ip addr del ${vip}/32 dev ${device}`),
      step(host, 'sysctl -qw net.ipv4.conf.all.arp_announce=0'),
      step(host, 'sysctl -qw net.ipv4.conf.all.arp_ignore=0'),
    ],
  };
}

/** A strict rp_filter would drop what comes out of the tunnel, since answers leave by eth0. */
function opensTunnelByDevice(host: HostName): RealServerSetup {
  return {
    apply: [
      step(host, 'sysctl -qw net.ipv4.conf.all.rp_filter=0'),
      step(host, 'sysctl -qw net.ipv4.conf.tunl0.rp_filter=0'),
      step(host, 'ip link set tunl0 up'),
    ],
    undo: [step(host, 'ip link set tunl0 down')],
  };
}

const opensTunnelByProgram = (host: HostName): RealServerSetup => ({
  apply: [step(host, 'evs decapsulate eth0')],
  undo: [step(host, 'evs decapsulate --off eth0')],
});

const join = (first: RealServerSetup, second: RealServerSetup): RealServerSetup => ({
  apply: [...first.apply, ...second.apply],
  undo: [...second.undo, ...first.undo],
});
