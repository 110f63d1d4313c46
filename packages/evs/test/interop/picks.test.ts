import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pickScenarios } from '../fixtures/pick-scenarios.ts';
import { run } from '../kernel/network.ts';
import { PickNetwork } from './pick-network.ts';

describe('evsd, told by evsadm, picks real servers as the kernel does', () => {
  let network: PickNetwork;
  beforeAll(async () => {
    run('scripts/bundle');
    network = new PickNetwork();
    await network.serve();
  });
  afterAll(() => network[Symbol.asyncDispose]());

  test.each(pickScenarios)('$name', async (scenario) => {
    expect(await network.play(scenario)).toBe(scenario.picks);
  });
});
