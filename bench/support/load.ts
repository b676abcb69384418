/** An open-loop load over kept connections: requests leave on time whatever the answers do, and late ones count as late. */
import { Agent, request } from 'node:http';

export interface Kind {
  readonly path: string;
  readonly perSecond: number;
  /** What a complete answer holds. */
  readonly expected: string;
}

export interface Answer {
  readonly path: string;
  /** From the moment it was due. */
  readonly ms: number;
  readonly release: string | null;
  readonly status: number;
  /** When it was answered, on the clock of `performance.now()`. */
  readonly at: number;
}

export interface Load {
  readonly answers: readonly Answer[];
  /** Why, for every request that was not answered whole and with 200. */
  readonly lost: readonly string[];
  stop(): Promise<void>;
}

const LIMIT_MS = 15_000;

function send(port: number, agent: Agent, kind: Kind, due: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port, path: kind.path, agent, timeout: LIMIT_MS }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => (body += part));
      response.on('error', reject);
      response.on('end', () => {
        const at = performance.now();
        const release = response.headers['x-release'];
        const status = response.statusCode ?? 0;
        if (status !== 200 || body !== kind.expected) reject(new Error(`${status} with ${body.length} bytes`));
        else
          resolve({
            path: kind.path,
            ms: at - due,
            release: release === undefined ? null : String(release),
            status,
            at,
          });
      });
    });
    call.on('timeout', () => call.destroy(new Error('timeout')));
    call.on('error', reject);
    call.end();
  });
}

export function startLoad(port: number, kinds: readonly Kind[]): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const answers: Answer[] = [];
  const lost: string[] = [];
  const out = new Set<Promise<void>>();
  const started = performance.now();
  const sent = kinds.map(() => 0);
  const tick = () => {
    const now = performance.now();
    for (const [index, kind] of kinds.entries()) {
      for (let count = sent[index] ?? 0; ; count++) {
        const due = started + ((count + index / kinds.length) * 1_000) / kind.perSecond;
        sent[index] = count;
        if (due > now) break;
        const sending = send(port, agent, kind, due)
          .then(
            (answer) => void answers.push(answer),
            (error: Error) => void lost.push(`${kind.path}: ${error.message}`),
          )
          .finally(() => out.delete(sending));
        out.add(sending);
      }
    }
  };
  const timer = setInterval(tick, 2);
  return {
    answers,
    lost,
    async stop() {
      clearInterval(timer);
      await Promise.all(out);
      agent.destroy();
    },
  };
}
