/** The live feed over the connection itself: a stream object for each event and viewer would cost ten times as much. */
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Guard } from '../auth/guard.ts';
import { securityHeaders } from '../auth/headers.ts';
import type { Feed } from '../feed/feed.ts';
import { parsePositions } from '../feed/position.ts';
import { createViewer } from '../feed/viewer.ts';
import type { ServerParts } from '../parts.ts';
import { Refusal } from '../refusal.ts';
import type { Call } from '../router.ts';

/** As many as one process serves well; a browser that is refused tries again. */
const MOST_VIEWERS = 2_000;

/** How long a stream may outlive the right to see it. */
const LOOK_AGAIN_MS = 15_000;

export function eventsRoute({ auth }: ServerParts, feed: Feed, guard: Guard) {
  return async ({ c, query }: Call<'events'>): Promise<Response> => {
    const { outgoing } = c.env;
    if (!outgoing) throw new Error('the feed needs the connection');
    if (feed.viewers.size >= MOST_VIEWERS) throw new Refusal(503, 'TOO_MANY', 'Too many are watching');
    const position = c.req.header('last-event-id') ?? query.from;
    const from = position ? parsePositions(position) : null;
    outgoing.writeHead(200, {
      ...securityHeaders(auth.url),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // Told to nginx, which would keep events back until a buffer is full.
      'x-accel-buffering': 'no',
    });
    outgoing.flushHeaders();
    const viewer = createViewer(outgoing, query);
    // Whoever signs out, or whose token is revoked, sees nothing more.
    const looking = setInterval(() => {
      void guard.who(c).then(
        (still) => (still ? undefined : viewer.end()),
        () => viewer.end(),
      );
    }, LOOK_AGAIN_MS);
    viewer.onClose(() => clearInterval(looking));
    await feed.watch(viewer, from);
    return RESPONSE_ALREADY_SENT;
  };
}
