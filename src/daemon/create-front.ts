/** Makes the router that was chosen for an application. */
import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { createEmbeddedRouter } from '../routers/embedded/embedded-router.ts';
import { createHaproxyRouter } from '../routers/haproxy/haproxy-router.ts';
import { expectFreePort } from './free-port.ts';
import type { CreateFront, Front } from './front.ts';
import type { RouterChoice } from './protocol.ts';
import { createPublicListener } from './public-listener.ts';

export interface FrontParts {
  /** The daemon's home and its own socket, beside which routers have theirs. */
  readonly home: string;
  readonly address: string;
  readonly say: (line: string) => void;
}

export function frontsOf(parts: FrontParts): CreateFront {
  return (app, choice) => (choice.kind === 'haproxy' ? haproxyFront(parts, app, choice) : embeddedFront(choice));
}

function embeddedFront(choice: RouterChoice): Front {
  const router = createEmbeddedRouter({ now: () => performance.now() });
  const listener = createPublicListener(router.server);
  return {
    choice,
    router,
    open: listener.open,
    pause: async () => listener.close(),
    handOver: async () => listener.close(),
  };
}

function haproxyFront({ home, address, say }: FrontParts, app: string, choice: RouterChoice): Front {
  const name = app.replaceAll(/[^A-Za-z0-9._-]/g, '_');
  const id = createHash('sha256').update(app).digest('hex').slice(0, 8);
  const router = createHaproxyRouter({
    name,
    folder: join(home, 'haproxy', name),
    // Paths of sockets are short.
    socketFolder: dirname(address),
    socketName: `${basename(address, '.sock')}-${id}`,
    ...(choice.program === undefined ? {} : { program: choice.program }),
    ...(choice.beside === undefined ? {} : { foreign: choice.beside }),
    expectFree: ({ port }) => expectFreePort(port, 'the application'),
    say: (line) => say(`${app}: ${line}`),
  });
  return { choice, router, open: (at) => router.listen(at), pause: router.pause, handOver: router.handOver };
}
