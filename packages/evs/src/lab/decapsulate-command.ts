import { Command } from 'commander';

/** `evs decapsulate DEVICE`: opens a real server's tunnels where the kernel has no ipip device. */
export const decapsulateCommand = (): Command =>
  new Command('decapsulate')
    .description(
      'opens IPIP tunnels that arrive at a device of a real server, without an ipip device',
    )
    .argument('<device>')
    .option('--off', 'stops it')
    .action(async (device: string, { off }: { readonly off?: boolean }) => {
      const { startDecapsulation, stopDecapsulation } = await import('./decapsulate.ts');
      if (off === true) stopDecapsulation(device);
      else startDecapsulation(device);
    });
