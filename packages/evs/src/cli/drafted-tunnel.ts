import type { Tunnel, TunnelChecksum } from '../director/index.ts';
import { CommandLineError } from './command-line-error.ts';
import type { Draft } from './draft.ts';
import type { Setting } from './options.ts';

const tunnelSettings: readonly Setting[] = [
  'tun-type',
  'tun-port',
  'tun-nocsum',
  'tun-csum',
  'tun-remcsum',
];
const allowed: Readonly<Record<Tunnel['type'], readonly Setting[]>> = {
  ipip: [],
  gue: ['tun-port', 'tun-nocsum', 'tun-csum', 'tun-remcsum'],
  gre: ['tun-nocsum', 'tun-csum'],
};

/** The tunnel that a draft asks for. Throws where its options contradict each other. */
export function draftedTunnel(draft: Draft): Tunnel {
  const { given, tunnelType: type } = draft;
  if (draft.method !== 'tunneling' && tunnelSettings.some((setting) => given.has(setting))) {
    throw new CommandLineError('Tunnel options conflict with forward method');
  }
  if (type === 'gue' && !given.has('tun-port')) {
    throw new CommandLineError(
      "You need to supply the 'tun-port' option for the 'gue' tunnel type",
    );
  }
  checkSettings(
    type,
    tunnelSettings.filter((setting) => setting !== 'tun-type' && given.has(setting)),
  );
  return { type, port: draft.tunnelPort, checksum: checksumOf(given) };
}

function checkSettings(type: Tunnel['type'], given: readonly Setting[]): void {
  let earlier: Setting | undefined;
  for (const setting of given) {
    if (!allowed[type].includes(setting)) {
      throw new CommandLineError(`Illegal '${setting}' option with the '${type}' tunnel type`);
    }
    if (setting === 'tun-port') continue;
    if (earlier !== undefined) {
      throw new CommandLineError(
        `The option '${setting}' conflicts with the '${earlier}' option in the '${type}' tunnel type`,
      );
    }
    earlier = setting;
  }
}

function checksumOf(given: ReadonlySet<Setting>): TunnelChecksum {
  if (given.has('tun-csum')) return 'checksum';
  return given.has('tun-remcsum') ? 'remote' : 'none';
}
