import { attribute, numberOf } from '../netlink/attributes.ts';
import { GenericFamily } from '../netlink/generic.ts';
import { command, top } from './constants.ts';
import { decodeDaemon, decodeRealServer, decodeService } from './decode.ts';
import { encodeDaemon, encodeKey, encodeRealServer, encodeService } from './encode.ts';
import type {
  IpvsDaemon,
  IpvsRealServer,
  IpvsService,
  IpvsServiceKey,
  IpvsTimeouts,
} from './objects.ts';

/**
 * The kernel's own IPVS in the network namespace of the thread that opens it, over generic netlink. Every method
 * is one synchronous exchange and throws NetlinkError if the kernel refuses.
 */
export class KernelIpvs implements Disposable {
  readonly #family: GenericFamily;

  private constructor(family: GenericFamily) {
    this.#family = family;
  }

  /** Undefined if the kernel has no ip_vs. */
  static open(): KernelIpvs | undefined {
    const family = GenericFamily.open('IPVS');
    return family === undefined ? undefined : new KernelIpvs(family);
  }

  services(): IpvsService[] {
    return this.#family
      .dump({ command: command.getService, attempt: 'read', on: 'services of ip_vs' })
      .flatMap((answer) => decodeService(answer) ?? []);
  }

  /** In the order in which schedulers look. */
  realServers(key: IpvsServiceKey): IpvsRealServer[] {
    return this.#family
      .dump({
        command: command.getDestination,
        attributes: [encodeKey(key)],
        attempt: 'read',
        on: 'real servers of ip_vs',
      })
      .flatMap((answer) => decodeRealServer(answer, key.family) ?? []);
  }

  daemons(): IpvsDaemon[] {
    return this.#family
      .dump({ command: command.getDaemon, attempt: 'read', on: 'synchronisation of ip_vs' })
      .flatMap((answer) => decodeDaemon(answer) ?? []);
  }

  timeouts(): IpvsTimeouts {
    const [answer] = this.#family.request({
      command: command.getConfig,
      attempt: 'read',
      on: 'timeouts of ip_vs',
    });
    return {
      tcp: numberOf(answer?.get(top.timeoutTcp)) ?? 0,
      tcpFin: numberOf(answer?.get(top.timeoutTcpFin)) ?? 0,
      udp: numberOf(answer?.get(top.timeoutUdp)) ?? 0,
    };
  }

  addService(service: IpvsService): void {
    this.#do(command.newService, 'add', 'a service to ip_vs', [encodeService(service)]);
  }

  /** At the head of those that the service has. */
  addRealServer(key: IpvsServiceKey, server: IpvsRealServer): void {
    this.#do(command.newDestination, 'add', `${server.address} to ip_vs`, [
      encodeKey(key),
      encodeRealServer(server),
    ]);
  }

  startDaemon(daemon: IpvsDaemon): void {
    this.#do(command.newDaemon, 'start', `a ${daemon.role} of ip_vs`, [encodeDaemon(daemon)]);
  }

  stopDaemon(daemon: IpvsDaemon): void {
    this.#do(command.deleteDaemon, 'stop', `a ${daemon.role} of ip_vs`, [encodeDaemon(daemon)]);
  }

  setTimeouts({ tcp, tcpFin, udp }: IpvsTimeouts): void {
    this.#do(command.setConfig, 'set', 'timeouts of ip_vs', [
      attribute(top.timeoutTcp, tcp),
      attribute(top.timeoutTcpFin, tcpFin),
      attribute(top.timeoutUdp, udp),
    ]);
  }

  /** Deletes all services. */
  clear(): void {
    this.#do(command.flush, 'clear', 'services of ip_vs', []);
  }

  #do(number: number, attempt: string, on: string, attributes: readonly Uint8Array[]): void {
    this.#family.request({ command: number, attributes, attempt, on });
  }

  [Symbol.dispose](): void {
    this.#family[Symbol.dispose]();
  }
}
