export { exitStatusOf } from './exit-status.ts';
export { filesOnDisk } from './local/files-on-disk.ts';
export { localMachine } from './local/local-machine.ts';
export type * from './model/checker.ts';
export type * from './model/configuration.ts';
export { directorRealServer, directorServices } from './model/director-services.ts';
export { anyMachine, type Machine } from './model/machine.ts';
export {
  readConfiguration,
  type ReadConfiguration,
  type ReadConfigurationOptions,
} from './read-configuration.ts';
export { renderDiagnostic } from './render-diagnostic.ts';
export type { Diagnostic, TestStatus } from './text/diagnostic.ts';
export { filesInMemory, type ConfigurationFiles, type FileProblem } from './text/files.ts';
export { limits as configurationLimits } from './text/limits.ts';
export type { Span } from './text/span.ts';
export { diff } from './reload/diff.ts';
export type * from './reload/steps.ts';
