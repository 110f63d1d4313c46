export { applyCommand, Drafting } from './apply-command.ts';
export type { Command, ServiceRequest } from './commands.ts';
export { changesTo, type TableCommand, type WantedService } from './changes-to.ts';
export { commandsOf } from './commands-of.ts';
export { sameService } from './find-service.ts';
export { endpointText, keyText } from './key-text.ts';
export { addressesFirst, sortRealServers, sortServices } from './listing-order.ts';
export { mostMarkRules } from './mark-rules.ts';
export * from './model.ts';
export { comeIn, goneIn, serviceChanges, type ServiceChanges } from './service-changes.ts';
export { requestFor } from './request-for.ts';
export { serviceFamily } from './resolve-service.ts';
export {
  initialSettings,
  numberSettings,
  ownSettings,
  settingNames,
  type DirectorSettings,
  type SettingName,
} from './settings.ts';
export { currentRates, moveRates, ratePeriodMs, startRates, type RateEstimate } from './rates.ts';
export {
  SynchronisedFlag,
  type SynchronisedConnection,
  type SynchronisedEngine,
} from './synchronised-connection.ts';
