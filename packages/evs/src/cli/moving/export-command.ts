import { Command } from 'commander';
import { socketPath } from '../../api/index.ts';
import { printNumeric } from '../endpoint-printer.ts';
import { findDirector } from '../find-director.ts';
import type { Launcher } from '../launch-daemon.ts';
import { printCommands } from '../print-commands.ts';
import { changedSettings, writeKernelSettings } from './kernel-settings.ts';
import { openKernel } from './open-kernel.ts';
import { printScript } from './print-script.ts';
import { stateOf } from './state-of.ts';

interface Options {
  readonly kernel?: true;
  readonly plain?: true;
}

/** `evs export`: gives a configuration back to ip_vs. */
export const exportCommand = (launcher: Launcher): Command =>
  new Command('export')
    .description(
      'gives the configuration back: as a script for ipvsadm -R, or to the kernel itself',
    )
    .option(
      '--kernel',
      'give it to the ip_vs of this network namespace, which must have no services',
    )
    .option('--plain', 'only what ipvsadm -S -n prints: no thresholds, timeouts, synchronisation')
    .action(async ({ kernel, plain }: Options) => {
      const state = await stateOf(await findDirector(socketPath(), launcher));
      if (kernel === true) {
        using ipvs = await openKernel();
        const { writeKernel } = await import('./to-kernel.ts');
        writeKernel(ipvs, state);
        writeKernelSettings(state.settings);
        process.stdout.write(`Given to ip_vs: ${state.services.length} services\n`);
      } else if (plain === true) {
        process.stdout.write(printCommands(state.services, printNumeric));
      } else {
        process.stdout.write(printScript(state));
        const changed = changedSettings(state.settings);
        if (changed.length > 0)
          process.stderr.write(`Not in the script: sysctl -w ${changed.join(' ')}\n`);
      }
    });
