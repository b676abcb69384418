/** Requests that have waited too long for their answer: each is told once, when the patience is over, and not again at its end. */
import type { RequestLine } from './request-line.ts';
import type { OpenSession } from './sessions.ts';

export interface HangingRequests {
  /** Those of the open ones that are to be told now. `now` in milliseconds since 1970. */
  overdue(open: readonly OpenSession[], now: number): readonly OpenSession[];
  /** What is observed of a request that has ended: nothing when it was told before. */
  atEnd(line: RequestLine): 'as it is' | 'no answer' | 'nothing';
}

export function createHangingRequests(patienceMs: number): HangingRequests {
  /** When it was told, by client connection: one has one request at a time. */
  const told = new Map<string, number>();
  return {
    overdue(open, now) {
      const peers = new Set(open.map(({ peer }) => peer));
      // Its end may have been lost with a worker.
      for (const [peer, at] of told) if (!peers.has(peer) && now - at > patienceMs + 60_000) told.delete(peer);
      return open.filter(({ peer, ageS, awaitsAnswer }) => {
        if (!awaitsAnswer || ageS * 1_000 < patienceMs || told.has(peer)) return false;
        told.set(peer, now);
        return true;
      });
    },
    atEnd({ peer, at, ms, waitedMs }) {
      const toldAt = told.get(peer);
      if (toldAt !== undefined) {
        told.delete(peer);
        if (at - ms <= toldAt && toldAt <= at) return 'nothing';
      }
      return waitedMs >= patienceMs ? 'no answer' : 'as it is';
    },
  };
}
