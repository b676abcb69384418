/** Steady customers: an open-loop load (requests leave on time, whatever the answers do) that remembers who answered. */
import { Agent, request } from 'node:http';

export interface Tally {
  sent: number;
  /** Good answers by version of the shop. */
  readonly answered: Record<string, number>;
  /** Bad answers (5xx) by version of the shop; `none` when no release answered at all. */
  readonly failed: Record<string, number>;
}

export interface Traffic {
  readonly tally: Tally;
  /** Stops sending and waits for the answers that are still out. */
  stop(): Promise<void>;
}

const LIMIT_MS = 10_000;

function count(into: Record<string, number>, key: string): void {
  into[key] = (into[key] ?? 0) + 1;
}

function send(port: number, agent: Agent, tally: Tally): Promise<void> {
  tally.sent += 1;
  return new Promise((resolve) => {
    const fail = () => {
      count(tally.failed, 'none');
      resolve();
    };
    const out = request({ host: '127.0.0.1', port, path: '/', agent, timeout: LIMIT_MS }, (response) => {
      const version = String(response.headers['x-shop-version'] ?? 'none');
      response.resume();
      response.on('error', fail);
      response.on('end', () => {
        count((response.statusCode ?? 500) < 500 ? tally.answered : tally.failed, version);
        resolve();
      });
    });
    out.on('timeout', () => out.destroy(new Error('timeout')));
    out.on('error', fail);
    out.end();
  });
}

export function startTraffic(port: number, perSecond: number): Traffic {
  const tally: Tally = { sent: 0, answered: {}, failed: {} };
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const out = new Set<Promise<void>>();
  const started = performance.now();
  const timer = setInterval(() => {
    const due = ((performance.now() - started) / 1_000) * perSecond;
    while (tally.sent < due) {
      const sending = send(port, agent, tally).finally(() => out.delete(sending));
      out.add(sending);
    }
  }, 5);
  return {
    tally,
    async stop() {
      clearInterval(timer);
      await Promise.all(out);
      agent.destroy();
    },
  };
}
