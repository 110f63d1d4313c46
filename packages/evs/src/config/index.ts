export type { Diagnostic, TestStatus } from './text/diagnostic.ts';
export { filesInMemory, type ConfigurationFiles, type FileProblem } from './text/files.ts';
export type { Span } from './text/span.ts';
