/** What is known of the requests that went through HAProxy: counters, and observations while traffic is split. */
import { createObservationLog, isSplit } from '../observation-log.ts';
import type { BackendStats, Observations, RouteTable } from '../router.ts';
import type { TakeLine } from './line-reader.ts';
import { createHangingRequests } from './hanging-requests.ts';
import { createReleaseCounters } from './release-counters.ts';
import { droppedIn, parseRequestLine } from './request-line.ts';
import type { OpenSession } from './sessions.ts';
import type { Slots } from './slots.ts';

export interface Evidence {
  /** A line of HAProxy's ring. */
  readonly take: TakeLine;
  /** Lines may have been lost. */
  interrupted(): void;
  follow(table: RouteTable, slots: Slots): void;
  /** Whether anybody may ask for observations. */
  isKept(): boolean;
  /** Tells those that have waited too long. */
  look(open: readonly OpenSession[]): void;
  of(release: string): Pick<BackendStats, 'classes' | 'latency'>;
  observations(after: string | null): Observations;
}

export interface EvidenceOptions {
  readonly patienceMs: number;
  readonly keptObservations?: number;
}

export function createEvidence({ patienceMs, keptObservations: size }: EvidenceOptions): Evidence {
  const log = createObservationLog({ now: () => performance.now(), ...(size === undefined ? {} : { size }) });
  const counters = createReleaseCounters();
  const hanging = createHangingRequests(patienceMs);
  /** Lines arrive, and are even written, late: what began before traffic was split is none of it. */
  let since = Number.POSITIVE_INFINITY;
  /** Slots that are free again keep theirs until they are given away: the last lines of it may not have arrived. */
  const releases = new Map<string, string>();
  return {
    take(bytes, start, end) {
      const request = parseRequestLine(bytes, start, end);
      if (!request) {
        const dropped = droppedIn(bytes.toString('latin1', start, end));
        if (dropped > 0) log.miss(dropped);
        return;
      }
      const release = releases.get(request.slot);
      if (release === undefined) return;
      counters.count(release, request);
      const told = hanging.atEnd(request);
      if (told === 'nothing' || request.chose || request.sampled || request.at - request.ms < since) return;
      const { at, ms, client } = request;
      log.record({ at, release, status: told === 'no answer' ? 0 : request.status, ms, client });
    },
    interrupted: () => log.interrupt(),
    follow(table, slots) {
      if (isSplit(table) && !log.keeps()) since = Date.now();
      log.follow(table);
      for (const [slot, release] of slots) releases.set(slot, release);
      counters.keep(new Set(slots.values()));
    },
    isKept: () => log.keeps(),
    look(open) {
      const at = Date.now();
      for (const { slot, ageS } of hanging.overdue(open, at)) {
        const release = releases.get(slot);
        if (release !== undefined) log.record({ at, release, status: 0, ms: ageS * 1_000, client: null });
      }
    },
    of: (release) => counters.of(release),
    observations: (after) => log.read(after),
  };
}
