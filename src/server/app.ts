/** The server put together: guard, API, live feed, pages. */
import { Hono } from 'hono';
import { createGuard, type Guard } from './auth/guard.ts';
import { securityHeaders } from './auth/headers.ts';
import { requireHost } from './auth/same-origin.ts';
import { createJourneys } from './auth/journeys.ts';
import { createSessions } from './auth/sessions.ts';
import { createSignInCodes } from './auth/sign-in-codes.ts';
import { createFeed, type Feed } from './feed/feed.ts';
import { createPages } from './pages.ts';
import type { ServerParts } from './parts.ts';
import { createChainBoard } from './reads/chains.ts';
import { environmentNames } from './reads/environments.ts';
import { createOverviewBoard } from './reads/overview.ts';
import { createMetricsBoard, type MetricsBoard } from './reads/metrics.ts';
import { Refusal, refusalOf } from './refusal.ts';
import { startWatching } from './start-watching.ts';
import { admit, type Bindings, type Handlers, mountRoutes } from './router.ts';
import { actionRoutes } from './routes/actions.ts';
import { eventsRoute } from './routes/events.ts';
import { exportRoutes } from './routes/exports.ts';
import { providerRoutes } from './routes/providers.ts';
import { recordRoutes } from './routes/record.ts';
import { signInRoutes } from './routes/sign-in.ts';
import { webhookRoutes } from './routes/webhooks.ts';

export interface DashboardApp {
  readonly app: Hono<Bindings>;
  readonly feed: Feed;
  /** Of a new one-time link. */
  signInPath(): string;
  close(): Promise<void>;
}

/** What `/healthz` answers. */
export const HEALTHY = 'belay is here\n';

/** Of an answer that the handler has written to the connection itself. */
const SENT = 'x-hono-already-sent';

export function createApp(parts: ServerParts): DashboardApp {
  const { auth, clock, random, store, log } = parts;
  const app = new Hono<Bindings>();
  const sessions = createSessions(random, () => clock.wall().getTime());
  const codes = createSignInCodes(random, () => clock.now());
  const guard = createGuard(parts, sessions);
  const feed = createFeed({ store, names: () => environmentNames(parts), pollMs: parts.pollMs, log });
  const overview = createOverviewBoard(parts);
  const changed = (what: 'chains' | 'health' | 'pending'): void => {
    overview.forget();
    feed.tell('changed', { what });
  };
  const chains = createChainBoard(parts, () => changed('chains'));
  const metrics = createMetricsBoard(parts);
  const signingIn = { parts, guard, sessions, codes };
  const handlers: Handlers = {
    ...signInRoutes(signingIn),
    ...providerRoutes(
      signingIn,
      createJourneys(random, () => clock.now()),
    ),
    ...webhookRoutes(parts, () => changed('pending')),
    ...recordRoutes(parts, { overview, chains }),
    ...exportRoutes(parts),
    ...actionRoutes(parts),
    metrics: ({ query }) => metrics.read(query),
    events: eventsRoute(parts, feed, guard),
  };
  answerSafely(app, parts);
  mountRoutes(app, handlers, guard, auth);
  mountOthers(app, parts, { guard, metrics });
  const stop = startWatching(parts, { feed, metrics, onHealth: () => changed('health') });
  return {
    app,
    feed,
    signInPath: () => `/sign-in#code=${codes.issue()}`,
    async close() {
      stop();
      await feed.close();
    },
  };
}

/** What goes wrong is told as far as it is anybody's business, and every answer says how it is to be taken. */
function answerSafely(app: Hono<Bindings>, { auth, log }: ServerParts): void {
  const headers = Object.entries(securityHeaders(auth.url));
  app.use(async (c, next) => {
    await next();
    if (c.res.headers.has(SENT)) return;
    for (const [name, value] of headers) c.res.headers.set(name, value);
    if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store');
  });
  app.onError((error, c) => {
    const { status, body } = refusalOf(error, log);
    return c.json(body, status);
  });
}

/** Outside of the API: who watches us, and the pages. */
function mountOthers(
  app: Hono<Bindings>,
  parts: ServerParts,
  { guard, metrics }: { readonly guard: Guard; readonly metrics: MetricsBoard },
): void {
  const pages = createPages(parts.pages);
  app.get('/healthz', (c) => c.text(HEALTHY));
  app.get('/metrics', async (c, next) => {
    // The page of the same name; Prometheus never asks for HTML.
    if (c.req.header('accept')?.includes('text/html')) return next();
    admit({ allow: 'viewer' }, await guard.identify(c));
    return c.text(await metrics.exposition(), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
  });
  app.all('/api/*', () => {
    throw new Refusal(404, 'NOT_FOUND', 'The API has no such route', { next: 'GET /api/v1/openapi.json' });
  });
  app.get('*', async (c) => {
    requireHost(parts.auth, c.req.header('host'));
    const page = await pages.answer(c.req.path, c.req.header('accept-encoding') ?? '');
    if (page) return page;
    throw new Refusal(404, 'NOT_FOUND', 'There is no such file');
  });
}
