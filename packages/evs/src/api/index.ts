export { connectDirector, type DirectorClient } from './client.ts';
export type { Checks, CheckStatus, RealServerChecks, VirtualServerChecks } from './checks.ts';
export type {
  CommandResult,
  ConfigurationService,
  DirectorService,
  DirectorStatus,
  RealServerEntry,
  ServiceStatus,
} from './director-service.ts';
export { socketPath } from './socket-path.ts';
export type { VirtualRouters } from './virtual-routers.ts';
