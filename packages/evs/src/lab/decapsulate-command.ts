import { Command } from 'commander';

interface DecapsulateOptions {
  readonly off?: boolean;
  readonly guePort: string;
}

/** `evs decapsulate DEVICE`: opens a real server's tunnels where the kernel has no devices for them. */
export const decapsulateCommand = (): Command =>
  new Command('decapsulate')
    .description(
      'opens IPIP, GRE and GUE tunnels that arrive at a device of a real server, without devices for them',
    )
    .argument('<device>')
    .option('--gue-port <port>', 'the port of GUE tunnels', '6080')
    .option('--off', 'stops it')
    .action(async (device: string, { off, guePort }: DecapsulateOptions) => {
      const { startDecapsulation, stopDecapsulation } = await import('./decapsulate.ts');
      if (off === true) stopDecapsulation(device);
      else startDecapsulation(device, Number(guePort));
    });
