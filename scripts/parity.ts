/** Writes docs/reference/parity.md, and holds it against reports of test runs: npm run parity [REPORT.json…] */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { namedTests, parityPage } from './parity/page.ts';

interface Report {
  readonly testResults: readonly { readonly name: string; readonly status: string }[];
}

writeFileSync('docs/reference/parity.md', parityPage());

const reports = process.argv.slice(2);
const results = reports.flatMap(
  (file) => (JSON.parse(readFileSync(file, 'utf8')) as Report).testResults,
);
const statuses = new Map(
  results.map(({ name, status }) => [path.relative('packages/evs', name), status]),
);
for (const file of reports.length > 0 ? namedTests() : []) {
  const status = statuses.get(file) ?? 'did not run';
  if (status === 'passed') continue;
  process.exitCode = 1;
  process.stderr.write(`${file}: ${status}\n`);
}
