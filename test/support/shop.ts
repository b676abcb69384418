/** A small real web application on the local target, with one bad habit at a time. */
import { freePort } from './postgres.ts';
import { createProject, type ScratchProject } from './project.ts';

export type Habit =
  | 'good'
  | 'exits'
  | 'never-ready'
  | 'fails-requests'
  | 'fails-some-requests'
  | 'crashes-under-traffic'
  | 'ignores-sigterm'
  | 'unhealthy-check';

const HABITS: Readonly<Record<Habit, string>> = {
  good: '',
  exits: `console.error('cannot find the database'); process.exit(3);`,
  'never-ready': `ready = false;`,
  'fails-requests': `answer = () => 500;`,
  'fails-some-requests': `answer = () => (Math.random() < 0.3 ? 500 : 200);`,
  'crashes-under-traffic': `answer = () => { setTimeout(() => process.exit(7), 5); return 200; };`,
  'ignores-sigterm': `process.on('SIGTERM', () => console.log('not now'));`,
  'unhealthy-check': `check = 'broken';`,
};

/** The whole application: `/healthz` is its probe, `/check` what the health file looks at, `/` what users see. */
export function shopSource(version: string, habit: Habit = 'good'): string {
  return `import { createServer } from 'node:http';
let ready = true, check = 'fine', answer = () => 200;
${HABITS[habit]}
createServer((request, response) => {
  const say = (status, text) => response.writeHead(status, { 'x-version': '${version}' }).end(text);
  if (request.url === '/healthz') return say(ready ? 200 : 503, 'health');
  if (request.url === '/check') return say(200, JSON.stringify({ check }));
  if (request.url === '/env') return say(200, String(process.env.GREETING));
  say(answer(), '${version}');
}).listen(Number(process.env.PORT), '127.0.0.1', () => console.log('shop ${version} listens'));
`;
}

export interface Shop extends ScratchProject {
  readonly port: number;
  /** Version that answers at the public port; null when nothing answers with one. */
  version(): Promise<string | null>;
  release(version: string, habit?: Habit): string;
}

export interface ShopOptions {
  /** Lines for the target, at its indentation. */
  readonly target?: readonly string[];
  /** Lines for the environment, at its indentation. */
  readonly environment?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: NodeJS.ProcessEnv;
}

const indent = (lines: readonly string[], by: number) => lines.map((line) => ' '.repeat(by) + line).join('\n');

export async function createShop(options: ShopOptions = {}): Promise<Shop> {
  const port = await freePort();
  const config = `app: shop
environments:
  production:
${indent(options.environment ?? ['strategy: all-at-once', 'bake: { time: 0s, triggers: [] }'], 4)}
    targets:
      web:
        type: local
        start: node server.mjs
        port: ${port}
        probe: { path: /healthz, limit: 1s }
        limits: { install: 20s, build: 20s, start: 6s }
        drain: { requests: 1s, streams: 1s, kill: 1s }
${indent(options.target ?? [], 8)}
`;
  const files = { 'belay.yml': config, 'server.mjs': shopSource('one'), ...options.files };
  const project = createProject(files, options.env ?? {});
  return {
    ...project,
    port,
    async version() {
      const response = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(5_000) }).catch(
        () => null,
      );
      return response?.headers.get('x-version') ?? null;
    },
    release: (version, habit) => project.commit(`version ${version}`, { 'server.mjs': shopSource(version, habit) }),
  };
}
