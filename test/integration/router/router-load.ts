/** Clients of every kind, all the time: what they asked, what they lost. */
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';

export interface RouterLoad {
  readonly failures: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  /** Answers by release. */
  readonly answeredBy: ReadonlyMap<string, number>;
  readonly quickMs: readonly number[];
  /** Resolves when so many more requests were answered, of whatever kind. */
  moved(requests: number): Promise<void>;
  /** Resolves when each kind was answered so often, from the beginning. */
  mixed(times: number): Promise<void>;
  stop(): Promise<void>;
}

export interface LoadOptions {
  /** Without them: only requests that are safe to repeat. */
  readonly streams?: boolean;
  readonly quickClients?: number;
}

const UPLOAD = Buffer.alloc(300_000, 1);
const MOVED_WITHIN_MS = 30_000;

interface Ask {
  readonly path: string;
  readonly method?: string;
  readonly body?: Buffer;
  readonly cookie?: string;
  readonly expected: RegExp;
}

interface Answer {
  readonly text: string;
  readonly cookie: string | undefined;
}

function createAsk(origin: string, agent: Agent) {
  /** Over a kept connection, as browsers and load balancers ask. */
  return async ({ path, method = 'GET', body, cookie, expected }: Ask): Promise<Answer> => {
    const call = request(origin + path, { method, agent, headers: cookie ? { cookie } : {} });
    // In pieces, so that uploads are on their way when the change comes.
    if (body) for (let at = 0; at < body.length; at += 65_536) call.write(body.subarray(at, at + 65_536));
    call.end();
    const [answer] = await once(call, 'response');
    let text = '';
    for await (const part of answer) text += String(part);
    if (answer.statusCode !== 200 || !expected.test(text)) throw new Error(`${answer.statusCode} ${text}`);
    return { text, cookie: answer.headers['set-cookie']?.[0]?.split(';')[0] };
  };
}

async function followEvents(origin: string): Promise<void> {
  const response = await fetch(`${origin}/events`);
  const reader = response.body?.getReader();
  const { value } = (await reader?.read()) ?? {};
  await delay(20);
  await reader?.cancel();
  if (!/^data: \S+/.test(Buffer.from(value ?? []).toString())) throw new Error(`events: ${response.status}`);
}

/** Two turns with a pause: a change falls between them often, and the release goes on answering. */
async function talk(origin: string): Promise<void> {
  const socket = new WebSocket(origin.replace('http', 'ws'));
  await once(socket, 'open');
  for (const word of ['one', 'two']) {
    socket.send(word);
    const [data] = await once(socket, 'message');
    if (!String(data).endsWith(word)) throw new Error(`web socket: ${String(data)}`);
    await delay(10);
  }
  socket.close();
  await once(socket, 'close');
}

export function startRouterLoad(origin: string, { streams = true, quickClients = 4 }: LoadOptions = {}): RouterLoad {
  const agent = new Agent({ keepAlive: true });
  const ask = createAsk(origin, agent);
  const failures: string[] = [];
  const counts: Record<string, number> = {};
  const answeredBy = new Map<string, number>();
  const quickMs: number[] = [];
  const expected = /^[\w-]+$/;
  let stopped = false;
  let serial = 0;
  const quick = async (cookie?: string) => {
    const began = performance.now();
    const answer = await ask({ path: '/', expected, ...(cookie ? { cookie } : {}) });
    quickMs.push(performance.now() - began);
    answeredBy.set(answer.text, (answeredBy.get(answer.text) ?? 0) + 1);
    return answer;
  };
  /** Asks a few times with the cookie that it gets. */
  const visitor = async () => {
    serial += 1;
    const { cookie } = await quick();
    if (serial % 2 === 0) await quick(cookie);
  };
  const kinds: [name: string, clients: number, once: () => Promise<unknown>][] = [
    ['quick', quickClients, visitor],
    ['slow', 3, () => ask({ path: '/slow/40', expected })],
  ];
  if (streams)
    kinds.push(
      ['upload', 2, () => ask({ path: '/length', method: 'POST', body: UPLOAD, expected: /^300000$/ })],
      ['events', 2, () => followEvents(origin)],
      ['web socket', 2, () => talk(origin)],
    );
  const client = async (name: string, run: () => Promise<unknown>) => {
    while (!stopped) {
      await run().then(
        () => (counts[name] = (counts[name] ?? 0) + 1),
        (error: unknown) => failures.push(`${name}: ${String(error)}`),
      );
      await delay(2);
    }
  };
  const total = () => Object.values(counts).reduce((sum, count) => sum + count, 0);
  const reached = async (look: () => boolean) => {
    const deadline = performance.now() + MOVED_WITHIN_MS;
    while (!look()) {
      if (performance.now() > deadline) throw new Error(`too few are answered: ${JSON.stringify(counts)}`);
      await delay(1);
    }
  };
  const clients = kinds.flatMap(([name, number, run]) => Array.from({ length: number }, () => client(name, run)));
  return {
    failures,
    counts,
    answeredBy,
    quickMs,
    async moved(requests) {
      const enough = total() + requests;
      await reached(() => total() >= enough);
    },
    mixed: (times) => reached(() => kinds.every(([name]) => (counts[name] ?? 0) >= times)),
    async stop() {
      stopped = true;
      await Promise.all(clients);
      agent.destroy();
    },
  };
}
