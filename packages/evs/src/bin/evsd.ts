import { runEvsd } from '../daemon/run-evsd.ts';

process.exitCode = await runEvsd(process.argv.slice(2));
