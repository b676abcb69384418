/** Steady customers: an open-loop load (requests leave on time, whatever the answers do) that remembers who answered. */
import { Agent, type IncomingMessage, request } from 'node:http';

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

/** Some of the customers come again and keep their cookies; every other request is somebody new. */
export interface Regulars {
  readonly people: number;
  /** Of the requests, by them. */
  readonly share: number;
}

/** What a customer's browser keeps. */
interface Customer {
  cookie: string | null;
}

const LIMIT_MS = 10_000;

function count(into: Record<string, number>, key: string): void {
  into[key] = (into[key] ?? 0) + 1;
}

/** The sum over the versions that are meant. */
export function countOf(counts: Readonly<Record<string, number>>, meant: (version: string) => boolean): number {
  return Object.entries(counts).reduce((total, [version, one]) => (meant(version) ? total + one : total), 0);
}

function keepCookie(customer: Customer | null, { headers }: IncomingMessage): void {
  const [cookie] = headers['set-cookie'] ?? [];
  if (customer && cookie) customer.cookie = cookie.split(';', 1)[0] ?? null;
}

function send(port: number, agent: Agent, tally: Tally, customer: Customer | null): Promise<void> {
  tally.sent += 1;
  const headers = customer?.cookie ? { cookie: customer.cookie } : {};
  return new Promise((resolve) => {
    const fail = () => {
      count(tally.failed, 'none');
      resolve();
    };
    const out = request({ host: '127.0.0.1', port, path: '/', headers, agent, timeout: LIMIT_MS }, (response) => {
      const version = String(response.headers['x-shop-version'] ?? 'none');
      keepCookie(customer, response);
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

export function startTraffic(port: number, perSecond: number, regulars: Regulars = { people: 0, share: 0 }): Traffic {
  const tally: Tally = { sent: 0, answered: {}, failed: {} };
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const people = Array.from({ length: regulars.people }, (): Customer => ({ cookie: null }));
  const next = () =>
    Math.random() < regulars.share ? (people[Math.floor(Math.random() * people.length)] ?? null) : null;
  const out = new Set<Promise<void>>();
  const started = performance.now();
  const timer = setInterval(() => {
    const due = ((performance.now() - started) / 1_000) * perSecond;
    while (tally.sent < due) {
      const sending = send(port, agent, tally, next()).finally(() => out.delete(sending));
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
