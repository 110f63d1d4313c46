export { exitStatusOf } from './exit-status.ts';
export { filesOnDisk } from './local/files-on-disk.ts';
export { localMachine } from './local/local-machine.ts';
export type { Command } from './language/values/commands.ts';
export type { UnicastPeer } from './language/values/virtual.ts';
export type { ScriptUser } from './language/values/words.ts';
export type * from './model/checker.ts';
export type * from './model/configuration.ts';
export { emptyConfiguration } from './model/empty-configuration.ts';
export { directorRealServer, directorServices } from './model/director-services.ts';
export { defined } from './model/build.ts';
export { anyMachine, type Machine } from './model/machine.ts';
export { regularExpression } from './model/regular-expression.ts';
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
export { matchCheckers } from './reload/diff-checkers.ts';
export { stepText } from './reload/step-text.ts';
export type * from './reload/steps.ts';
