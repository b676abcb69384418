/** Pages of the record over several environments, newest first. */
import type { z } from 'zod';
import { findDeployment } from '../../core/history.ts';
import type { EventKind, JournalEvent } from '../../core/events.ts';
import type { TrailQuery } from '../../core/audit-trail.ts';
import type { AuditPage, auditQuery } from '../api/record.ts';
import { formatPositions, parsePositions } from '../feed/position.ts';
import type { ServerParts } from '../parts.ts';
import { Refusal } from '../refusal.ts';
import { auditEventOf } from '../views/event.ts';
import { environmentNames } from './environments.ts';

type Asked = Omit<z.output<typeof auditQuery>, 'before' | 'limit'>;

export interface Trail {
  readonly environments: readonly string[];
  readonly query: TrailQuery;
}

/** @throws Refusal, Problem DEPLOYMENT_UNKNOWN */
export async function trailOf(parts: ServerParts, asked: Asked): Promise<Trail> {
  const { kind, actor, since, until } = asked;
  const row = asked.deployment ? await findDeployment(parts.store, asked.deployment) : null;
  const known = await environmentNames(parts);
  const named = row?.environment ?? asked.environment;
  if (named && !known.includes(named))
    throw new Refusal(404, 'ENVIRONMENT_UNKNOWN', `There is no environment ${named}`);
  return {
    environments: named ? [named] : known,
    query: {
      ...(row ? { deployment: row.id } : {}),
      ...(kind ? { kinds: kind.split(',') as EventKind[] } : {}),
      ...(actor ? { actor } : {}),
      ...(since ? { since } : {}),
      ...(until ? { until } : {}),
    },
  };
}

/** The cursor says where each environment stands: their clocks may have put two events at one time. */
export async function readAudit(parts: ServerParts, asked: z.output<typeof auditQuery>): Promise<AuditPage> {
  const { limit } = asked;
  const { environments, query } = await trailOf(parts, asked);
  const from = asked.before ? parsePositions(asked.before) : new Map<string, number>();
  if (!from) throw new Refusal(400, 'INVALID', 'The query is not as it must be', { why: 'before: no such place' });
  const lists = await Promise.all(
    environments.map(async (environment) => {
      const after = from.get(environment);
      const page = { ...query, environment, newestFirst: true, limit: limit + 1 };
      return [...(await parts.store.read({ ...page, ...(after === undefined ? {} : { after }) }))];
    }),
  );
  const events: JournalEvent[] = [];
  while (events.length < limit) {
    const next = lists
      .filter((list) => list.length > 0)
      .toSorted((a, b) => ((a[0]?.at ?? '') > (b[0]?.at ?? '') ? -1 : 1))[0];
    const event = next?.shift();
    if (!event) break;
    events.push(event);
  }
  const at = new Map(from);
  for (const { environment, n } of events) at.set(environment, n);
  const more = lists.some((list) => list.length > 0);
  return { events: events.map(auditEventOf), next: more ? formatPositions(at) : null };
}
