import type { Command } from './commands.ts';
import type { DirectorState, VirtualService } from './model.ts';
import { requestFor } from './request-for.ts';

/**
 * The commands that make a state on a director that has nothing. Real servers are added last to first, since
 * each goes to the head of its service.
 */
export const commandsOf = ({
  services,
  timeouts,
  settings,
  synchronisation = [],
  markRules = [],
}: DirectorState): Command[] => [
  { kind: 'setTimeouts', timeouts },
  { kind: 'changeSettings', settings },
  ...markRules.map((rule): Command => ({ kind: 'addMarkRule', rule })),
  ...services.flatMap(commandsOfService),
  ...synchronisation.map((daemon): Command => ({ kind: 'startDaemon', daemon })),
];

function commandsOfService(service: VirtualService): Command[] {
  const { key, realServers } = service;
  return [
    { kind: 'addService', service: requestFor(service) },
    ...realServers
      .toReversed()
      .map((realServer): Command => ({ kind: 'addRealServer', key, realServer })),
  ];
}
