export { Authentication } from './authentication.ts';
export type { Attachment, SynchronisedPlane } from './host/ports.ts';
export { Synchroniser } from './host/synchroniser.ts';
export type {
  AnswerStatus,
  BackupStatus,
  MasterStatus,
  PeerStatus,
  ResynchronisationStatus,
  SynchronisationStatus,
} from './status.ts';
