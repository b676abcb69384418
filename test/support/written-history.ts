/** A journal written by hand for tests of metrics: one deployment a line, with times as `02 09:10` (day and time of March 2026, UTC). */
import type { EventData, EventKind, JournalEvent } from '../../src/core/events.ts';
import type { Source } from '../../src/core/release.ts';

export interface Written {
  readonly id: string;
  readonly kind?: EventData['deployment.opened']['kind'];
  /** Default: `production`. */
  readonly environment?: string;
  readonly opened: string;
  readonly commit: string;
  readonly source?: Partial<Source>;
  /** Default: that of the deployment itself. */
  readonly release?: string;
  readonly cause?: string;
  readonly actor?: string;
  /** What happened, and when, in order. */
  readonly and: readonly (readonly [at: string, kind: EventKind, data?: object])[];
}

/** ISO time of `02 09:10`, or of `Feb 20 10:00`. */
export function at(text: string): string {
  const [, month, day, time] = /^(Feb )?(\d\d) (\d\d:\d\d)$/.exec(text) ?? [];
  if (day === undefined) throw new Error(`not a time: ${text}`);
  return `2026-${month ? '02' : '03'}-${day}T${time}:00.000Z`;
}

export const releaseOf = (deployment: string): string => `r-${deployment}`;

function dataOf(kind: EventKind, written: Written, data: object): object {
  const { commit, source } = written;
  const release = { id: written.release ?? releaseOf(written.id), configHash: 'config', source: { commit, ...source } };
  const byKind: Partial<Record<EventKind, object>> = {
    'deployment.committed': { release, live: {} },
    'step.done': { receipt: null, ms: 60_000 },
    'step.failed': { error: { code: 'UNHEALTHY', message: 'it failed' }, ms: 60_000 },
    'deployment.closed': { leftovers: [] },
    'attention.raised': { reason: 'stuck', remaining: [] },
  };
  return { reason: 'because', ...byKind[kind], ...data };
}

/** Sealed enough for a fold: numbered, with hashes that nobody looks at. */
export function journalOf(history: readonly Written[]): readonly JournalEvent[] {
  let n = 0;
  return history.flatMap((written) => {
    const { id, environment = 'production', kind = 'deploy', opened, commit, source, release, cause } = written;
    const start = {
      kind,
      format: 1,
      tool: 'belay 1.0.0',
      release: release ?? releaseOf(id),
      source: { commit, ...source },
      strategy: 'blue-green',
      ...(cause === undefined ? {} : { cause }),
    };
    return [[opened, 'deployment.opened', start] as const, ...written.and].map(([time, what, data = {}]) => {
      n += 1;
      return {
        environment,
        n,
        id: `e-${n}`,
        deployment: id,
        kind: what,
        actor: written.actor ?? 'mia',
        at: at(time),
        token: 1,
        prevHash: '',
        hash: '',
        data: what === 'deployment.opened' ? data : dataOf(what, written, data),
      } as JournalEvent;
    });
  });
}
