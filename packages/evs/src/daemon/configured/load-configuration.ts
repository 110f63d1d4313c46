import { hostname } from 'node:os';
import {
  filesOnDisk,
  localMachine,
  readConfiguration,
  renderDiagnostic,
  type Configuration,
} from '../../config/index.ts';
import { EvsError } from '../../errors/index.ts';
import type { Logger } from '../log.ts';

/** Reads a configuration and logs its warnings. Throws E_CONFIGURATION with all of its errors if it has any. */
export function loadConfiguration(file: string, log: Logger): Configuration {
  const { configuration, diagnostics, sources } = readConfiguration(file, {
    files: filesOnDisk,
    configurationId: hostname().replace(/\..*/s, ''),
    machine: localMachine(),
  });
  const texts = (severity: string): string[] =>
    diagnostics
      .filter((diagnostic) => diagnostic.severity === severity)
      .map((diagnostic) => renderDiagnostic(diagnostic, sources));
  const errors = texts('error');
  if (errors.length > 0) {
    throw new EvsError('E_CONFIGURATION', `Cannot use ${file}:\n${errors.join('\n')}`, {
      hint: `evs check ${file} lists its warnings, too`,
    });
  }
  for (const warning of texts('warning')) log.warn({ file }, warning);
  return configuration;
}
