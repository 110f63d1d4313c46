import { commandLatency } from './command-latency.ts';
import { connections } from './connections.ts';
import { controlPlane } from './control-plane.ts';
import { endToEnd } from './end-to-end.ts';
import { health } from './health.ts';
import { failover } from './failover.ts';
import { kernelIpvs } from './kernel-ipvs.ts';
import { packetPath } from './packet-path.ts';
import { schedulerCosts } from './schedulers.ts';
import { writeSection, type Section } from './support/report.ts';

/**
 * Measures the product and writes bench/results.md.
 *
 *   npm run bench                   everything
 *   npm run bench packet-path       one question; its section of the page is replaced
 */
const questions: Readonly<Record<string, () => Section | Promise<Section>>> = {
  'packet-path': packetPath,
  schedulers: schedulerCosts,
  connections,
  'end-to-end': endToEnd,
  'kernel-ipvs': kernelIpvs,
  'command-latency': commandLatency,
  'control-plane': controlPlane,
  health,
  failover,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => questions[name] === undefined);
if (unknown.length > 0) {
  console.error(
    `No such question: ${unknown.join(', ')}. There are ${Object.keys(questions).join(', ')}`,
  );
  process.exit(2);
}
for (const [name, ask] of Object.entries(questions)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`\n${name}`);
  try {
    const section = await ask();
    print(section);
    writeSection(name, section);
  } catch (error) {
    // The others may still be answered; what the page says of this one stays.
    console.error(`  Cannot be measured here:`, error);
    process.exitCode = 1;
  }
}

function print({ findings }: Section): void {
  for (const { what, figure, goal, met } of findings) {
    const judged = met === undefined ? '' : met ? '  reached' : '  MISSED';
    console.log(`  ${what.padEnd(48)} ${figure.padEnd(28)} ${goal ?? ''}${judged}`);
  }
}
