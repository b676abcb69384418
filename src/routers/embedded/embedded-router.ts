/** A router in our own process: splits one application's traffic between its releases and never drops a request on a switch. */
import { createServer, ServerResponse, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Router, RouteTable } from '../router.ts';
import { bucketCookie, newClientKey, readClient } from '../bucket-cookie.ts';
import { BUCKETS, chooseBackend } from '../choose-backend.ts';
import { createObservationLog } from '../observation-log.ts';
import { checkTable, EMPTY_TABLE } from '../route-table.ts';
import { createConnections, forward, type Exchange, type Route } from './forward.ts';
import { hasBody, OVERRIDE_HEADER } from './forwarded-headers.ts';
import { answerPage, PAGES, type Page } from './page.ts';
import { createReleaseTraffic, type ReleaseTraffic } from './release-traffic.ts';
import { createWaitingRoom } from './waiting-room.ts';

export interface EmbeddedRouter extends Router {
  /** Not listening yet: the owner decides where. */
  readonly server: Server;
}

export interface EmbeddedRouterOptions {
  /** Milliseconds on a monotonic clock. */
  readonly now: () => number;
  /** In [0, 1); draws the bucket of a new client. */
  readonly random?: () => number;
  /** Milliseconds since 1970. */
  readonly wallClock?: () => number;
  /** Requests that may wait at once while traffic is held. */
  readonly waitingPlaces?: number;
  /** A request that has waited this long for its answer is observed without one, so that a hanging release does not look healthy. */
  readonly patienceMs?: number;
  /** Ended requests that are kept for readers of observations. */
  readonly keptObservations?: number;
}

/** Longer than the idle limits of common load balancers, which must close first. */
const CLIENT_IDLE_MS = 75_000;
const PATIENCE_MS = 30_000;

export function createEmbeddedRouter(options: EmbeddedRouterOptions): EmbeddedRouter {
  const { now, random = Math.random, wallClock = Date.now, waitingPlaces = 1_000 } = options;
  const { patienceMs = PATIENCE_MS, keptObservations: size } = options;
  const log = createObservationLog({ now, ...(size === undefined ? {} : { size }) });
  const connections = createConnections();
  const room = createWaitingRoom(waitingPlaces);
  const traffic = new Map<string, ReleaseTraffic>();
  let current: RouteTable = EMPTY_TABLE;

  function trafficOf(release: string): ReleaseTraffic {
    const known = traffic.get(release) ?? createReleaseTraffic(now);
    traffic.set(release, known);
    return known;
  }

  function routeOf(req: IncomingMessage): Route | Page {
    const override = req.headers[OVERRIDE_HEADER];
    const known = readClient(req.headers.cookie);
    const client = { override: typeof override === 'string' ? override : null, bucket: known?.bucket ?? null };
    const choice = chooseBackend(current, client, () => Math.floor(random() * BUCKETS));
    if (choice.backend === null) return choice.why === 'nothing-live' ? PAGES.nothingLive : PAGES.unknownRelease;
    const { backend, bucket } = choice;
    const key = known?.key ?? null;
    return {
      backend,
      traffic: trafficOf(backend.release),
      cookie: bucket === null || key !== null ? null : bucketCookie(bucket, newClientKey()),
      seen(status, ms) {
        if (client.override === null)
          log.record({ at: wallClock(), release: backend.release, status, ms, client: key });
      },
    };
  }

  /** Runs whatever is in force, and finds nothing to do without open requests. */
  const patience = setInterval(
    () => traffic.forEach((its) => its.giveUp(patienceMs)),
    Math.min(1_000, Math.max(10, patienceMs / 10)),
  ).unref();

  async function serve(exchange: Exchange): Promise<void> {
    const { req, res } = exchange;
    // A client that went away shows itself by `close` as well; unheard, an error would end the process.
    for (const side of [req, res]) side.on('error', () => undefined);
    const arrived = now();
    // A loop: the hold may have been taken up again before this request got its turn.
    while (current.holdMs !== null) {
      const left = current.holdMs - (now() - arrived);
      const end = left > 0 ? await room.wait(left, (gone) => res.once('close', gone)) : 'expired';
      if (end === 'gone') return;
      if (end !== 'released') return answerPage(req, res, PAGES.maintenance);
    }
    forward(exchange);
  }

  const server = createServer((req, res) => {
    // A hold ends in an answer whatever happens; nothing here rejects.
    void serve({ req, res, upgrade: null, route: () => routeOf(req), connections });
  });
  server.keepAliveTimeout = CLIENT_IDLE_MS;
  // An upload may take as long as the release lets it.
  server.requestTimeout = 0;
  server.on('upgrade', (req: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const res = new ServerResponse(req);
    res.shouldKeepAlive = false;
    res.assignSocket(socket);
    res.once('finish', () => socket.destroySoon());
    const webSocket = req.headers.upgrade?.toLowerCase() === 'websocket';
    if (!webSocket && hasBody(req)) return answerPage(req, res, PAGES.notUpgradable);
    // Others (`h2c`) may be ignored: the request is answered as if it had not asked.
    void serve({ req, res, upgrade: webSocket ? { socket, head } : null, route: () => routeOf(req), connections });
  });

  return {
    kind: 'embedded',
    server,
    async apply(table) {
      checkTable(table);
      current = structuredClone(table);
      log.follow(current);
      for (const { release } of table.backends) trafficOf(release);
      const known = new Set(table.backends.map(({ release }) => release));
      for (const [release, its] of traffic) if (!known.has(release) && its.isIdle()) traffic.delete(release);
      if (current.holdMs === null) room.releaseAll();
    },
    table: async () => current,
    stats: async () => [...traffic].map(([release, its]) => its.stats(release)),
    observations: async (after) => log.read(after),
    async drain(release, { requestsMs, streamsMs }) {
      const its = traffic.get(release);
      if (!its) return { requests: 0, streams: 0 };
      await its.untilNone('request', requestsMs);
      const requests = its.cut('request');
      await its.untilNone('stream', streamsMs);
      return { requests, streams: its.cut('stream') };
    },
    async close() {
      clearInterval(patience);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const its of traffic.values()) {
        its.cut('request');
        its.cut('stream');
      }
      server.closeAllConnections();
      connections.close();
      await closed;
    },
  };
}
