import { readFileSync, writeFileSync } from 'node:fs';
import { ScenarioAddresses } from '../packages/evs/test/fixtures/recorded-picks/addresses.ts';
import {
  ClientLine,
  KernelIpvs,
} from '../packages/evs/test/fixtures/recorded-picks/kernel-ipvs.ts';
import { playScenario } from '../packages/evs/test/fixtures/recorded-picks/play.ts';
import { parseScenarios } from '../packages/evs/test/fixtures/recorded-picks/scenario.ts';

/** Plays the scenarios of a file on this machine's ip_vs and writes the file with what it picked. */
const [source = '', target = ''] = process.argv.slice(2);
const text = readFileSync(source, 'utf8');
using clients = new ClientLine();
const results = parseScenarios(text).flatMap((scenario, index) => {
  const addresses = new ScenarioAddresses(scenario.service, 1000 + index);
  const director = new KernelIpvs(clients, scenario.service, addresses);
  const played = playScenario(scenario, addresses, director);
  director.end();
  console.log(`${scenario.name}: ${played.join(' ')}`);
  return played;
});
const hasResult = /^(open\b[^=]*|count)(?: =.*)?$/;
const lines = text.split('\n').map((line) => {
  const found = hasResult.exec(line);
  return found?.[1] === undefined ? line : `${found[1].trimEnd()} = ${results.shift() ?? ''}`;
});
writeFileSync(target, lines.join('\n'));
