export { root, type Account } from './accounts.ts';
export { identityOf, ScriptRunner } from './script-runner.ts';
