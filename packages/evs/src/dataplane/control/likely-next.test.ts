import { expect, test } from 'vitest';
import type { VirtualService } from '../../director/index.ts';
import { likelyNext } from './likely-next.ts';

const service: VirtualService = {
  key: { kind: 'address', protocol: 'tcp', address: '192.0.2.1', port: 80 },
  scheduler: 'rr',
  schedulerFlags: 0,
  onePacket: false,
  realServers: [],
};

test('without a service nothing is more likely than anything else', () => {
  expect(likelyNext([])).toEqual([]);
});

test('another service with the scheduler that ipvsadm takes by default comes first', () => {
  const [first] = likelyNext([service]);

  expect(first?.map(({ scheduler }) => scheduler)).toEqual(['rr', 'wlc']);
});

test('real servers of the newest service may come with every method', () => {
  const methods = likelyNext([{ ...service, scheduler: 'wlc' }, service]).flatMap((services) =>
    (services.at(-1)?.realServers ?? []).map(({ method }) => method),
  );

  expect(methods).toEqual(['masquerading', 'gatewaying', 'tunneling']);
});

test('services that are there stay, apart from the newest', () => {
  const kept = { ...service, scheduler: 'sh' } as const;

  for (const services of likelyNext([kept, service])) expect(services[0]).toBe(kept);
});
