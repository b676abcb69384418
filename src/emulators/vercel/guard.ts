/** Who may call the emulated API, and how many calls are left. */
import type { EmulatorReply, EmulatorRequest } from '../http/request.ts';
import type { Handler, Routes } from '../http/routes.ts';
import { Refusal } from './refusal.ts';
import type { World } from './world.ts';

const HOURLY_LIMIT = 10_000;

/** Every route asks for the token and the team first, and tells how many requests are left. */
export function guarded(world: World, routes: Routes): Routes {
  let used = 0;
  const guard =
    (handler: Handler): Handler =>
    async (request) => {
      used += 1;
      const reply = await admit(world, request, handler);
      return { ...reply, headers: { ...rateHeaders(used), ...reply.headers } };
    };
  return Object.fromEntries(Object.entries(routes).map(([route, handler]) => [route, guard(handler)]));
}

async function admit(world: World, request: EmulatorRequest, handler: Handler): Promise<EmulatorReply> {
  const shown = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (shown === undefined) {
    throw new Refusal(403, 'forbidden', 'The request is missing an authentication token', { missingToken: true });
  }
  if (shown !== world.token) throw new Refusal(403, 'forbidden', 'Not authorized', { invalidToken: true });
  const team = request.query.get('teamId') ?? request.query.get('slug');
  if (team !== null && team !== world.team.id && team !== world.team.slug) {
    throw new Refusal(403, 'forbidden', `Not authorized: Trying to access resource under scope "${team}".`);
  }
  return handler(request);
}

const rateHeaders = (used: number) => ({
  'x-ratelimit-limit': String(HOURLY_LIMIT),
  'x-ratelimit-remaining': String(Math.max(0, HOURLY_LIMIT - used)),
  'x-ratelimit-reset': String(Math.ceil(Date.now() / 3_600_000) * 3_600),
});
