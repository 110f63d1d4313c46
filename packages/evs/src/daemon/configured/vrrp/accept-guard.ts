import { execFile, execFileSync } from 'node:child_process';
import { isDeepStrictEqual } from 'node:util';
import type { VirtualRouter } from '../../../config/index.ts';
import { familyOf, type IpAddress } from '../../../packet/index.ts';
import type { Logger } from '../../log.ts';

const table = 'inet evs_vrrp';
const ownerPriority = 255;

/**
 * Keeps this machine from answering for addresses of virtual routers, and from speaking in their name, unless it owns
 * them: keepalived.conf(5), no_accept. The rules are there whatever the state, since only an active router has the
 * addresses. Services of the data plane do not meet them.
 */
export class AcceptGuard {
  readonly #log: Logger;
  #guarded: readonly IpAddress[] | undefined;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Before the addresses come. */
  follow(routers: readonly VirtualRouter[]): void {
    const guarded = guardedAddresses(routers);
    if (isDeepStrictEqual(guarded, this.#guarded)) return;
    const isFirst = this.#guarded === undefined;
    this.#guarded = guarded;
    // An earlier life may have left its table: nobody waits to learn that it has not.
    if (guarded.length === 0 && isFirst)
      execFile('nft', ['delete', 'table', ...table.split(' ')], () => undefined);
    else this.#run(`${withoutTable}${guarded.length === 0 ? '' : tableOf(guarded)}`);
  }

  /** After the addresses are gone. */
  end(): void {
    if ((this.#guarded?.length ?? 0) > 0) this.#run(withoutTable);
    this.#guarded = undefined;
  }

  #run(rules: string): void {
    try {
      execFileSync('nft', ['-f', '-'], { input: rules, stdio: ['pipe', 'ignore', 'pipe'] });
    } catch (error) {
      this.#log.error({ err: error }, 'no_accept is not in force: nft did not take its rules');
    }
  }
}

/** Of routers that do not own them, in order and once. */
export const guardedAddresses = (routers: readonly VirtualRouter[]): readonly IpAddress[] => [
  ...new Set(
    routers
      .filter(({ accept, priority }) => !accept && priority !== ownerPriority)
      .flatMap(({ addresses, excludedAddresses }) => [...addresses, ...excludedAddresses])
      .map(({ prefix }) => prefix.address)
      .toSorted(),
  ),
];

/** Works whether it is there or not. nft(8): all of a file happens at once. */
const withoutTable = `table ${table} {}\ndelete table ${table}\n`;

function tableOf(guarded: readonly IpAddress[]): string {
  const of = (family: 'ipv4' | 'ipv6'): string => {
    const addresses = guarded.filter((address) => familyOf(address) === family);
    const elements = addresses.length === 0 ? '' : `elements = { ${addresses.join(', ')} }`;
    return `  set ${family} {\n    type ${family}_addr\n    ${elements}\n  }\n`;
  };
  return `table ${table} {\n${of('ipv4')}${of('ipv6')}${chain('in', 'input', 'daddr')}${chain('out', 'output', 'saddr')}}\n`;
}

const chain = (name: string, hook: string, end: 'saddr' | 'daddr'): string => `  chain ${name} {
    type filter hook ${hook} priority -1; policy accept;
    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
    ip ${end} @ipv4 drop
    ip6 ${end} @ipv6 drop
  }
`;
