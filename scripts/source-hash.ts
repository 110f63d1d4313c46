import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Changes with every source file: programs that one build assembled are of no use to another. */
export function sourceHash(): string {
  const hash = createHash('sha256');
  for (const folder of ['packages/ebpf/src', 'packages/evs/src']) {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    for (const name of files.filter((one) => /(?<!\.test)\.ts$/.test(one)).toSorted()) {
      hash.update(name).update(readFileSync(path.join(folder, name)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}
