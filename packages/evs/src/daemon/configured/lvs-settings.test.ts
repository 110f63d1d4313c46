import { expect, test } from 'vitest';
import { filesInMemory, readConfiguration, type Configuration } from '../../config/index.ts';
import {
  applyCommand,
  initialState,
  keyText,
  type Command,
  type DirectorState,
  type ServiceRequest,
} from '../../director/index.ts';
import { LvsSettings } from './lvs-settings.ts';

const configuration = (global: string): Configuration =>
  readConfiguration('/k.conf', {
    files: filesInMemory({
      '/k.conf': `global_defs {\n${global}\n}\nvirtual_server 10.0.0.1 80 {\n  lb_algo rr\n  lb_kind NAT\n  protocol TCP\n  real_server 10.0.0.2 80 {\n  }\n}\n`,
    }),
  }).configuration;

/** A director with the configured service and one of somebody else's. */
function director() {
  const service = (port: number): ServiceRequest => ({
    key: { kind: 'address', protocol: 'tcp', address: '10.0.0.1', port },
    scheduler: 'rr',
    schedulerFlags: 0,
    onePacket: false,
  });
  let state: DirectorState = [80, 81].reduce(
    (before, port) => applyCommand(before, { kind: 'addService', service: service(port) }),
    initialState,
  );
  const settings = new LvsSettings({
    current: () => state,
    execute: (commands: readonly Command[]) => {
      state = commands.reduce(applyCommand, state);
    },
  });
  return {
    settings,
    services: () => state.services.map(({ key }) => keyText(key)),
    timeouts: () => state.timeouts,
  };
}
const [own, foreign] = ['tcp 10.0.0.1:80', 'tcp 10.0.0.1:81'];

test('lvs_flush: services that nobody configured go at the start, and not with a reload', () => {
  const flushing = director();
  flushing.settings.follow(configuration('lvs_flush'));
  expect(flushing.services()).toEqual([own]);

  const later = director();
  later.settings.follow(configuration(''));
  later.settings.follow(configuration('lvs_flush'));
  expect(later.services()).toEqual([own, foreign]);
});

test.each([
  ['', [own, foreign]],
  ['lvs_flush_on_stop VS', [foreign]],
  ['lvs_flush_on_stop', []],
  ['lvs_flush_onstop', []],
])('at the end, with %j, there are %j', (global, services) => {
  const one = director();
  one.settings.stop(configuration(global));

  expect(one.services()).toEqual(services);
});

test('lvs_timeouts: those that are named are set, once', () => {
  const one = director();
  const { tcpFin } = one.timeouts();
  one.settings.follow(configuration('lvs_timeouts tcp 100 udp 30'));

  expect(one.timeouts()).toEqual({ tcp: 100, tcpFin, udp: 30 });
});
