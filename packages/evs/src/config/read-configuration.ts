import { root } from './language/keywords/root.ts';
import { readSection } from './language/read-section.ts';
import { buildConfiguration } from './model/build-configuration.ts';
import type { Configuration } from './model/configuration.ts';
import { anyMachine, type Machine } from './model/machine.ts';
import { caution, type Diagnostic, type Report } from './text/diagnostic.ts';
import type { ConfigurationFiles } from './text/files.ts';
import { limits } from './text/limits.ts';
import { readTree } from './text/read-tree.ts';

export interface ReadConfigurationOptions {
  readonly files: ConfigurationFiles;
  /** What lines `@ID` ask for; keepalived's -i, else the host name up to its first dot. */
  readonly configurationId?: string;
  /** The machine that the configuration is for; without it, one that has everything. */
  readonly machine?: Machine;
  /** For `$_RANDOM`: at least 0, less than 1. */
  readonly random?: () => number;
}

export interface ReadConfiguration {
  /** What is left when everything wrong is left out, as keepalived would run. */
  readonly configuration: Configuration;
  /** All problems, in the order of their lines. */
  readonly diagnostics: readonly Diagnostic[];
  /** Lines of every file that was read, by its path. */
  readonly sources: ReadonlyMap<string, readonly string[]>;
}

/** Reads keepalived.conf(5) and all that it includes. `path` is absolute. Never throws, whatever the text. */
export function readConfiguration(
  path: string,
  options: ReadConfigurationOptions,
): ReadConfiguration {
  const { files, configurationId = '', machine = anyMachine, random = Math.random } = options;
  const { diagnostics, report } = collector();
  const tree = readTree(path, { files, configurationId, random }, report);
  const section = readSection(root, tree.statements, report);
  const configuration = buildConfiguration(section, { report, machine });
  return { configuration, diagnostics: inOrder(diagnostics, tree.sources), sources: tree.sources };
}

/** Keeps problems, up to a bound; a file of nonsense has one on every line. */
function collector(): { readonly diagnostics: Diagnostic[]; readonly report: Report } {
  const diagnostics: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic): void => {
    if (diagnostics.length < limits.diagnostics) diagnostics.push(diagnostic);
    else if (diagnostics.length === limits.diagnostics) {
      diagnostics.push(caution(undefined, `There are more than ${limits.diagnostics} problems`));
    }
  };
  return { diagnostics, report };
}

/** By file in the order of reading, line and column; those without a place come first. */
function inOrder(
  diagnostics: readonly Diagnostic[],
  sources: ReadonlyMap<string, unknown>,
): readonly Diagnostic[] {
  const files = new Map([...sources.keys()].map((file, index) => [file, index]));
  const rank = ({ at }: Diagnostic): readonly number[] =>
    at === undefined ? [-1] : [files.get(at.file) ?? -1, at.line, at.column];
  return diagnostics.toSorted((one, other) => compare(rank(one), rank(other)));
}

function compare(one: readonly number[], other: readonly number[]): number {
  const difference = one.findIndex((number, index) => number !== (other[index] ?? 0));
  return difference < 0 ? 0 : (one[difference] ?? 0) - (other[difference] ?? 0);
}
