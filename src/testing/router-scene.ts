/** What the router contract works with: a router, two releases behind it, and ways to ask. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { BackendStats, Router } from '../routers/router.ts';
import { startReleaseServer, type ReleaseServer } from './release-server.ts';

export interface RouterUnderTest {
  readonly router: Router;
  /** Where clients reach it: `http://127.0.0.1:8080`. */
  readonly origin: string;
  /** Ends it and whatever it needed. */
  close(): Promise<void>;
}

export interface RouterLimits {
  /** How long a request may wait for its answer before it is observed without one. */
  readonly patienceMs: number;
  readonly keptObservations: number;
}

export interface RouterScene extends RouterUnderTest {
  readonly stable: ReleaseServer;
  readonly candidate: ReleaseServer;
  apply(shares: Readonly<Record<string, number>>, holdMs?: number | null): Promise<void>;
  get(path?: string, headers?: Record<string, string>): Promise<Response>;
}

/** Adds a case to the suite. */
export type Check = (name: string, run: (scene: RouterScene) => Promise<void>) => void;

const DEADLINE_MS = 5_000;

export async function eventually(what: string, look: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while (!(await look())) {
    assert.ok(performance.now() < deadline, `in time: ${what}`);
    await delay(5);
  }
}

export function inScene(
  open: () => Promise<RouterUnderTest>,
  run: (scene: RouterScene) => Promise<void>,
): () => Promise<void> {
  return async () => {
    const under = await open();
    const stable = await startReleaseServer('stable');
    const candidate = await startReleaseServer('candidate-1');
    const backends = [stable.backend, candidate.backend];
    try {
      await run({
        ...under,
        stable,
        candidate,
        apply: (shares, holdMs = null) => under.router.apply({ backends, shares, holdMs }),
        get: (path = '/', headers = {}) => fetch(under.origin + path, { headers }),
      });
    } finally {
      await under.close();
      await Promise.all([stable.close(), candidate.close()]);
    }
  };
}

export async function statsOf({ router }: RouterScene, release: string): Promise<BackendStats> {
  const found = (await router.stats()).find((stats) => stats.release === release);
  assert.ok(found, `statistics of ${release}`);
  return found;
}

export function cookieOf(response: Response): string {
  return response.headers.getSetCookie().find((cookie) => cookie.startsWith('belay_bucket=')) ?? '';
}

/** A WebSocket's handshake, without the frames: what a router sees of it. */
export async function upgrade(origin: string): Promise<Duplex> {
  const call = request(origin, {
    headers: {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': 13,
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    },
  });
  call.end();
  const [, socket] = (await once(call, 'upgrade')) as [unknown, Duplex];
  socket.on('error', () => socket.destroy());
  return socket;
}
