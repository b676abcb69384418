/** Requests that have waited too long for their answer: each is told once, when the patience is over, and not again at its end. */
import type { RequestLine } from './request-line.ts';
import type { OpenSession } from './sessions.ts';

export interface HangingRequests {
  /** Those of the open ones that are to be told now. `now` in milliseconds since 1970. */
  overdue(open: readonly OpenSession[], now: number): readonly OpenSession[];
  /** What is observed of a request that has ended: nothing when it was told before. */
  atEnd(line: RequestLine): 'as it is' | 'no answer' | 'nothing';
}

/** HAProxy tells whole seconds, and the times of both are taken a moment apart. */
const ROUNDING_MS = 2_000;

export function createHangingRequests(patienceMs: number): HangingRequests {
  /** When it was told, by the client's address and port, and by the port alone, which is all that a line has. */
  const told = new Map<string, { readonly at: number; readonly port: number }>();
  return {
    overdue(open, now) {
      const peers = new Set(open.map(({ peer }) => peer));
      // Its end may have been lost with a worker.
      for (const [peer, { at }] of told) if (!peers.has(peer) && now - at > patienceMs + 60_000) told.delete(peer);
      return open.filter(({ peer, ageS, awaitsAnswer }) => {
        if (!awaitsAnswer || ageS * 1_000 < patienceMs || told.has(peer)) return false;
        told.set(peer, { at: now, port: Number(peer.slice(peer.lastIndexOf(':') + 1)) });
        return true;
      });
    },
    atEnd({ port, at, ms, waitedMs }) {
      for (const [peer, its] of told) {
        if (its.port !== port || at < its.at) continue;
        told.delete(peer);
        // Two clients of the same port that both hang at once are told one for the other.
        if (its.at - (at - ms) >= patienceMs - ROUNDING_MS) return 'nothing';
      }
      return waitedMs >= patienceMs ? 'no answer' : 'as it is';
    },
  };
}
