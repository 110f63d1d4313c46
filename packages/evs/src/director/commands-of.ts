import type { Command } from './commands.ts';
import type { DirectorState, VirtualService } from './model.ts';

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
  const { key, scheduler, schedulerFlags, persistence, onePacket, realServers } = service;
  const request = {
    key,
    scheduler,
    schedulerFlags,
    onePacket,
    ...(persistence !== undefined && {
      persistence: { timeoutSeconds: persistence.timeoutSeconds, mask: persistence.mask },
    }),
    ...(persistence?.engine !== undefined && { persistenceEngine: persistence.engine }),
  };
  return [
    { kind: 'addService', service: request },
    ...realServers
      .toReversed()
      .map((realServer): Command => ({ kind: 'addRealServer', key, realServer })),
  ];
}
