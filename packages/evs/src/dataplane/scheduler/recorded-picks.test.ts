import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ScenarioAddresses } from '../../../test/fixtures/recorded-picks/addresses.ts';
import { OwnDirector } from '../../../test/fixtures/recorded-picks/own-director.ts';
import { playScenario } from '../../../test/fixtures/recorded-picks/play.ts';
import { parseScenarios, resultsOf } from '../../../test/fixtures/recorded-picks/scenario.ts';
import { VmDirector } from '../../../test/fixtures/vm-director.ts';

const file = path.resolve(
  import.meta.dirname,
  '../../../test/fixtures/recorded-picks/linux-6.1.txt',
);
const scenarios = parseScenarios(readFileSync(file, 'utf8'));

test.each(scenarios)('as Linux 6.1 does: $name', (scenario) => {
  const director = new VmDirector();
  director.localClients = false;
  const addresses = new ScenarioAddresses(scenario.service, 1000);
  const own = new OwnDirector(director, scenario.service, addresses, (seconds) => {
    director.wait(seconds);
    director.sweep();
  });

  expect(playScenario(scenario, addresses, own)).toEqual(resultsOf(scenario));
});
