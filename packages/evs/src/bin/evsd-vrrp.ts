import { workerData } from 'node:worker_threads';
import { serveEngine, type EngineData } from '../vrrp/index.ts';

serveEngine(workerData as EngineData);
