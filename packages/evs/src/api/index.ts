export { connectDirector, type DirectorClient } from './client.ts';
export type {
  CommandResult,
  DirectorService,
  DirectorStatus,
  RealServerEntry,
  ServiceStatus,
} from './director-service.ts';
export { socketPath } from './socket-path.ts';
