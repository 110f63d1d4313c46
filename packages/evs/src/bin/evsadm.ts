import path from 'node:path';
import { main } from '../cli/main.ts';

// The launcher of a checkout hides its own name.
const [, program = 'evsadm', ...words] = process.argv;
const name = process.env['EVS_CALLED_AS'] ?? path.basename(program);

// No await at the top: the bundle is CommonJS.
void main(name, words, import.meta.url).then((status) => (process.exitCode = status));
