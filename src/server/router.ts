/** From the table of routes to handlers: who may call is judged, what goes in is checked, what goes wrong is told. */
import type { HttpBindings } from '@hono/node-server';
import type { Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { z } from 'zod';
import { type Route, type RouteName, ROUTES } from './api/routes.ts';
import type { Guard } from './auth/guard.ts';
import type { Identity } from './auth/identity.ts';
import { admits } from './auth/roles.ts';
import { requireCsrf, requireOwnOrigin } from './auth/same-origin.ts';
import { Refusal } from './refusal.ts';

export interface Bindings {
  Bindings: Partial<HttpBindings>;
}

type Table = typeof ROUTES;
type Parsed<R, K extends 'query' | 'body'> = R extends Record<K, infer S extends z.ZodType> ? z.output<S> : undefined;
type Answer<R> = R extends { readonly answer: infer S extends z.ZodType } ? z.input<S> : Response;

export interface Call<N extends RouteName> {
  readonly c: Context<Bindings>;
  /** The text of the path at `:name`, decoded. */
  param(name: string): string;
  readonly query: Parsed<Table[N], 'query'>;
  readonly body: Parsed<Table[N], 'body'>;
  readonly who: Table[N]['allow'] extends 'anyone' ? Identity | null : Identity;
}

export type Handlers = { readonly [N in RouteName]: (call: Call<N>) => Promise<Answer<Table[N]>> };

const BODY_LIMIT = 64 * 1024;

const limitBody = (maxSize: number) =>
  bodyLimit({
    maxSize,
    onError: () => {
      throw new Refusal(413, 'TOO_LARGE', `The body is larger than ${maxSize / 1024} kB`);
    },
  });

export function mountRoutes(
  app: Hono<Bindings>,
  handlers: Handlers,
  guard: Guard,
  auth: Parameters<typeof requireOwnOrigin>[0],
): void {
  for (const [name, route] of Object.entries(ROUTES) as [RouteName, Route][]) {
    const handle = handlers[name] as (call: unknown) => Promise<unknown>;
    app.on(route.method.toUpperCase(), `/api/v1${route.path}`, limitBody(route.raw?.limit ?? BODY_LIMIT), async (c) => {
      const who = await guard.identify(c);
      admit(route, who);
      if (route.method === 'post' && !route.raw) requireOwnOrigin(auth, c.req.raw.headers);
      // Who signs in anew has no proof yet; where they come from was judged above.
      if (route.method === 'post' && route.allow !== 'anyone' && who)
        requireCsrf(who, c.req.header('x-belay-csrf') ?? null);
      const param = (key: string): string => c.req.param(key) ?? '';
      const query = route.query && check(route.query, c.req.query(), 'query');
      const body = route.body && check(route.body, await jsonOf(c), 'body');
      const answer = await handle({ c, who, param, query, body });
      return answer instanceof Response ? answer : c.json(answer as object, route.status === 202 ? 202 : 200);
    });
  }
}

/** @throws Refusal */
export function admit(route: Pick<Route, 'allow'>, who: Identity | null): void {
  const verdict = admits(route.allow, who?.role ?? null);
  if (verdict === 'yes') return;
  if (verdict === 'sign-in') {
    throw new Refusal(401, 'SIGN_IN', 'Sign in first', { next: 'open the link that `belay dashboard` prints' });
  }
  throw new Refusal(403, 'ROLE', `Refused: this needs the role ${route.allow}`, {
    why: `${who?.name} has the role ${who?.role}`,
    next: 'ask an admin',
  });
}

async function jsonOf(c: Context<Bindings>): Promise<unknown> {
  // Forms of other sites cannot send this type without being asked first.
  if (!/^application\/json\b/i.test(c.req.header('content-type') ?? '')) {
    throw new Refusal(415, 'NOT_JSON', 'The body must be JSON', { why: 'content-type is not application/json' });
  }
  try {
    return await c.req.json();
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(400, 'NOT_JSON', 'The body is not JSON');
  }
}

function check(shape: z.ZodType, value: unknown, what: string): unknown {
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const details = result.error.issues.map(({ path, message }) => `${path.join('.') || what}: ${message}`);
  throw new Refusal(400, 'INVALID', `The ${what} is not as it must be`, { why: details[0] ?? null, details });
}
