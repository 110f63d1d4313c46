import { Command } from 'commander';
import { connectDirector, socketPath } from '../api/index.ts';
import { printVirtualRouters } from './print-virtual-routers.ts';

/** `evs vrrp`: how virtual routers do. */
export const vrrpCommand = (): Command =>
  new Command('vrrp')
    .description('lists virtual routers: state, priority, faults, and what they refused to hear')
    .option('--json', 'prints them as JSON')
    .action(async ({ json }: { readonly json?: true }) => {
      const routers = await connectDirector(socketPath()).virtualRouters();
      const text =
        json === true ? `${JSON.stringify(routers, undefined, 2)}\n` : printVirtualRouters(routers);
      process.stdout.write(text);
    });
