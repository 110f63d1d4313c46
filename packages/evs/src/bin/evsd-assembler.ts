import { serveAssembly } from '../dataplane/control/serve-assembly.ts';

serveAssembly();
