import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { isHomeGone, markHome } from '../../src/daemon/home-mark.ts';
import { findPinHome } from '../../src/daemon/pin-home.ts';
import { withNetworkNamespace } from '../../src/linux/index.ts';
import { TestNamespace } from './network.ts';
import { patient } from './slowness.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(findPinHome().directory, 'home-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

test('the home of pins is gone when its network namespace is, not before', async () => {
  {
    using namespace = new TestNamespace('evshm');
    withNetworkNamespace(namespace.path, () => markHome(directory));
    expect(isHomeGone(directory)).toBe(false);
  }

  await vi.waitFor(() => expect(isHomeGone(directory)).toBe(true), { timeout: patient(30_000) });
});

test('who marks a home again leaves it where it was', async () => {
  using living = new TestNamespace('evshm');
  {
    using dying = new TestNamespace('evshm');
    withNetworkNamespace(dying.path, () => markHome(directory));
    withNetworkNamespace(living.path, () => markHome(directory));
  }

  await vi.waitFor(() => expect(isHomeGone(directory)).toBe(true), { timeout: patient(30_000) });
});

test('a home without a mark is left alone', () => {
  expect(isHomeGone(directory)).toBe(false);
});
