/**
 * Sentry's API as far as signals use it, on a loopback port: sessions by release and status, error events by release,
 * rate limits. Wire format after docs.sentry.io (Retrieve Release Health Session Statistics, Query Explore Events in
 * Table Format, Rate Limits) and the endpoint's tests in getsentry/sentry.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

const STATUSES = ['healthy', 'errored', 'crashed', 'abnormal'] as const;
export type SessionStatus = (typeof STATUSES)[number];

export interface SentryEmulator {
  readonly origin: string;
  /** Sessions that began now, each with one status. */
  sessions(release: string, counts: Readonly<Partial<Record<SessionStatus, number>>>): void;
  /** A session that was healthy so far and has crashed since. */
  crash(release: string): void;
  events(release: string, count: number): void;
  forget(release: string): void;
  /** The next answers are 429, with these headers. */
  limit(headers: Readonly<Record<string, string>> | null): void;
  /** Path and query of each request. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

interface State {
  readonly sessions: Map<string, Record<SessionStatus, number>>;
  readonly events: Map<string, number>;
  limit: Readonly<Record<string, string>> | null;
}

const NONE: Record<SessionStatus, number> = { healthy: 0, errored: 0, crashed: 0, abnormal: 0 };

export async function startSentry(organization: string, token: string): Promise<SentryEmulator> {
  const state: State = { sessions: new Map(), events: new Map(), limit: null };
  const asked: string[] = [];
  const server = createServer((req, res) => {
    asked.push(req.url ?? '');
    route(req, res, { state, organization, token });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const of = (release: string) => ({ ...(state.sessions.get(release) ?? NONE) });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    sessions(release, counts) {
      const now = of(release);
      for (const status of STATUSES) now[status] += counts[status] ?? 0;
      state.sessions.set(release, now);
    },
    crash(release) {
      const { healthy, crashed, ...others } = of(release);
      state.sessions.set(release, { ...others, healthy: healthy - 1, crashed: crashed + 1 });
    },
    events: (release, count) => void state.events.set(release, (state.events.get(release) ?? 0) + count),
    forget(release) {
      state.sessions.delete(release);
      state.events.delete(release);
    },
    limit: (headers) => void (state.limit = headers),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Facts {
  readonly state: State;
  readonly organization: string;
  readonly token: string;
}

function route(req: IncomingMessage, res: ServerResponse, { state, organization, token }: Facts): void {
  const url = new URL(req.url ?? '/', 'http://sentry');
  const base = `/api/0/organizations/${organization}/`;
  if (req.headers.authorization !== `Bearer ${token}`) return send(res, 401, { detail: 'Invalid token' });
  if (state.limit) {
    for (const [name, value] of Object.entries(state.limit)) res.setHeader(name, value);
    return send(res, 429, { detail: 'You are attempting to use this endpoint too frequently.' });
  }
  if (!url.pathname.startsWith(base)) return send(res, 404, { detail: 'The requested resource does not exist' });
  const { searchParams: query } = url;
  if (query.getAll('field').length === 0) return send(res, 400, { detail: 'Request is missing a "field"' });
  const wanted = [...(query.get('query') ?? '').matchAll(/release:"([^"]+)"/g)].map(([, release]) => release ?? '');
  const path = url.pathname.slice(base.length);
  if (path === 'sessions/') return send(res, 200, sessionsAnswer(state, query, wanted));
  if (path === 'events/') return send(res, 200, eventsAnswer(state, wanted));
  return send(res, 404, { detail: 'The requested resource does not exist' });
}

function send(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'Content-Type': 'application/json' });
  res.end(JSON.stringify(body));
}

/** Every status has a group, as soon as the release has a session; `series` has one number an interval. */
function sessionsAnswer({ sessions }: State, query: URLSearchParams, wanted: readonly string[]) {
  const groups = wanted.flatMap((release) => {
    const counts = sessions.get(release);
    return counts
      ? STATUSES.map((status) => ({
          by: { release, 'session.status': status },
          totals: { 'sum(session)': counts[status] },
          series: { 'sum(session)': [counts[status]] },
        }))
      : [];
  });
  const start = new Date(`${query.get('start')}Z`);
  start.setUTCMinutes(0, 0, 0);
  const isoStart = start.toISOString().replace('.000', '');
  return { start: isoStart, end: `${query.get('end')}Z`, query: query.get('query'), intervals: [isoStart], groups };
}

function eventsAnswer({ events }: State, wanted: readonly string[]) {
  const data = wanted.flatMap((release) => {
    const count = events.get(release);
    return count ? [{ release, 'count()': count }] : [];
  });
  return { data, meta: { fields: { release: 'string', 'count()': 'integer' } } };
}
