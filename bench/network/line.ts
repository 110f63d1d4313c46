import { Namespace } from './namespace.ts';

/**
 * One way from the client to the real servers, through a host of its own:
 *
 *     client c<n>, 10.<n>.1.1 ── 10.<n>.1.254, d0, director, d1, 10.<n>.2.254 ── s<n>, 10.<n>.2.1 and .2, servers
 *
 * The real servers are two addresses of one namespace. The VIP, 10.<n>.1.100, is the director's.
 */
export interface Line {
  readonly number: number;
  readonly director: Namespace;
  readonly clientDevice: string;
  readonly serverDevice: string;
  readonly client: string;
  readonly vip: string;
  readonly realServers: readonly [string, string];
}

/** The ends that all lines share. */
export class Lines {
  readonly client = new Namespace('c');
  readonly servers = new Namespace('s');
  #count = 0;

  constructor() {
    // The VIPs are here too, for direct routing; only the director answers for them.
    this.servers.sysctl('net.ipv4.conf.all.arp_ignore=1', 'net.ipv4.conf.all.arp_announce=2');
    this.client.sysctl('net.ipv4.ip_local_port_range=1024 65535');
  }

  add(): Line {
    const number = ++this.#count;
    const director = new Namespace(`d${number}`);
    const line: Line = {
      number,
      director,
      clientDevice: `c${number}`,
      serverDevice: `s${number}`,
      client: `10.${number}.1.1`,
      vip: `10.${number}.1.100`,
      realServers: [`10.${number}.2.1`, `10.${number}.2.2`],
    };
    this.#cable(this.client, line.clientDevice, director, 'd0');
    this.#cable(this.servers, line.serverDevice, director, 'd1');
    this.client.ip(`addr add ${line.client}/24 dev ${line.clientDevice}`);
    director.ip(`addr add 10.${number}.1.254/24 dev d0`);
    director.ip(`addr add ${line.vip}/32 dev d0`);
    director.ip(`addr add 10.${number}.2.254/24 dev d1`);
    for (const address of line.realServers) {
      this.servers.ip(`addr add ${address}/24 dev ${line.serverDevice}`);
    }
    this.servers.ip(`addr add ${line.vip}/32 dev lo`);
    this.client.ip(`route add 10.${number}.2.0/24 via 10.${number}.1.254`);
    this.servers.ip(`route add 10.${number}.1.0/24 via 10.${number}.2.254`);
    return line;
  }

  /** Joins client and servers without a director between them; returns the servers' address. */
  addDirect(): string {
    const number = ++this.#count;
    const [device, other] = [`c${number}`, `s${number}`];
    this.client.ip(`link add ${device} type veth peer name ${other} netns ${this.servers.name}`);
    for (const [end, name, host] of [
      [this.client, device, 1],
      [this.servers, other, 2],
    ] as const) {
      end.ip(`addr add 10.${number}.1.${host}/24 dev ${name}`);
      end.ip(`link set ${name} up`);
    }
    return `10.${number}.1.2`;
  }

  #cable(end: Namespace, device: string, director: Namespace, directorDevice: string): void {
    end.ip(`link add ${device} type veth peer name ${directorDevice} netns ${director.name}`);
    end.ip(`link set ${device} up`);
    director.ip(`link set ${directorDevice} up`);
  }
}
