import { Agent, get } from 'node:http';

/**
 * Asks a web server again and again: `load-generator.ts ADDRESS PORT COUNT`. Half of its workers open a
 * connection for each request, the others keep theirs. Goes on until it has asked that often *and* its input
 * was closed, then prints what came of it as one line of JSON.
 */
export interface LoadReport {
  readonly answered: number;
  /** Requests that had a connection of their own. */
  readonly connections: number;
  readonly failures: readonly string[];
  /** Answers by their text. */
  readonly answers: Readonly<Record<string, number>>;
  readonly slowestMs: number;
}

const [host = '', port = '', count = ''] = process.argv.slice(2);
const workers = 8;
const timeoutMs = 10_000;

let asked = 0;
const input = { closed: false };
let connections = 0;
let slowestMs = 0;
const answers: Record<string, number> = {};
const failures: string[] = [];

process.stdin.on('end', () => (input.closed = true)).resume();

function ask(agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get({ host, port: Number(port), agent, timeout: timeoutMs }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve(text)).on('error', reject);
    });
    request.on('error', reject);
    request.on('timeout', () => request.destroy(new Error(`no answer in ${timeoutMs} ms`)));
  });
}

async function work(keepAlive: boolean): Promise<void> {
  const agent = new Agent({ keepAlive, maxSockets: 1 });
  while (!input.closed || asked < Number(count)) {
    asked++;
    if (!keepAlive) connections++;
    const startedMs = performance.now();
    try {
      const answer = await ask(agent);
      answers[answer] = (answers[answer] ?? 0) + 1;
    } catch (error) {
      failures.push(`after ${Math.round(performance.now() - startedMs)} ms: ${String(error)}`);
    }
    slowestMs = Math.max(slowestMs, performance.now() - startedMs);
  }
  agent.destroy();
}

await Promise.all(Array.from({ length: workers }, (_, index) => work(index % 2 === 0)));
const answered = Object.values(answers).reduce((sum, number) => sum + number, 0);
const report: LoadReport = {
  answered,
  connections,
  failures: failures.slice(0, 20),
  answers,
  slowestMs,
};
process.stdout.write(`${JSON.stringify(report)}\n`);
