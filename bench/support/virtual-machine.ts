import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const pathOf = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));

/**
 * Runs the script of a question (`bench/QUESTION.sh`) on Debian's stock kernel. What comes back is the first line that
 * begins with `QUESTION: `.
 */
export function inVirtualMachine(question: string): unknown {
  // The machine sees these files: built here, they need not be built ten times slower there.
  execFileSync(pathOf('scripts/bundle'));
  const words = ['--adjustment=-10', pathOf('scripts/kernel-vm'), pathOf(`bench/${question}.sh`)];
  const { stdout, status } = spawnSync('nice', words, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = stdout.split('\n').find((text) => text.startsWith(`${question}: `));
  if (line === undefined) throw new Error(`The virtual machine ended with ${status}:\n${stdout}`);
  return JSON.parse(line.slice(question.length + 2)) as unknown;
}
