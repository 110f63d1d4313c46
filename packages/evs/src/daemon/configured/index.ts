export { ConfiguredDirector } from './configured-director.ts';
export { loadConfiguration } from './load-configuration.ts';
