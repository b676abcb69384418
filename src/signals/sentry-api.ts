/** What is asked of Sentry: sessions by release and status, and error events by release. */
import { z } from 'zod';
import { addressOf, below } from './address.ts';
import { askJson } from './ask.ts';
import { unusable } from './refusals.ts';
import type { SentrySpec } from './spec.ts';

/** Sessions by status: each session has exactly one of them. */
export type Sessions = Readonly<Record<string, number>>;

export interface SentryAnswer<T> {
  readonly byRelease: ReadonlyMap<string, T>;
  /** Its clock; null when it does not tell. */
  readonly clock: number | null;
}

const sessionGroups = z.object({
  groups: z.array(
    z.object({
      by: z.object({ release: z.string(), 'session.status': z.string() }),
      totals: z.object({ 'sum(session)': z.number() }),
    }),
  ),
});
const eventRows = z.object({ data: z.array(z.object({ release: z.string(), 'count()': z.number() })) });

/** The whole is asked for again each time, from a fixed beginning: Sentry rounds it to the hour. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly releases: readonly string[];
}

export async function askSessions(spec: SentrySpec, span: Span, signal: AbortSignal): Promise<SentryAnswer<Sessions>> {
  const query = parameters(spec, span, {
    field: ['sum(session)'],
    groupBy: ['release', 'session.status'],
    interval: ['1h'],
  });
  const { json, date } = await get(spec, 'sessions/', query, signal);
  const parsed = sessionGroups.safeParse(json);
  if (!parsed.success) throw unusable('sentry', 'its answer about sessions has another form than documented');
  const byRelease = new Map<string, Record<string, number>>();
  for (const { by, totals } of parsed.data.groups) {
    const release = byRelease.get(by.release) ?? {};
    byRelease.set(by.release, { ...release, [by['session.status']]: totals['sum(session)'] });
  }
  return { byRelease, clock: date };
}

export async function askEvents(spec: SentrySpec, span: Span, signal: AbortSignal): Promise<SentryAnswer<number>> {
  const query = parameters(spec, span, { field: ['release', 'count()'], dataset: ['errors'], per_page: ['10'] });
  const { json, date } = await get(spec, 'events/', query, signal);
  const parsed = eventRows.safeParse(json);
  if (!parsed.success) throw unusable('sentry', 'its answer about events has another form than documented');
  return { byRelease: new Map(parsed.data.data.map((row) => [row.release, row['count()']])), clock: date };
}

function parameters(spec: SentrySpec, span: Span, more: Readonly<Record<string, readonly string[]>>): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, values] of Object.entries(more)) for (const value of values) query.append(name, value);
  for (const project of spec.projects.length > 0 ? spec.projects : ['-1']) query.append('project', project);
  if (spec.environment !== null) query.append('environment', spec.environment);
  query.set('query', span.releases.map((release) => `release:"${release.replaceAll(/["\\]/g, '\\$&')}"`).join(' OR '));
  query.set('start', new Date(span.from).toISOString().replace('Z', ''));
  query.set('end', new Date(span.to).toISOString().replace('Z', ''));
  return query;
}

async function get(spec: SentrySpec, path: string, query: URLSearchParams, signal: AbortSignal) {
  const url = below(
    addressOf('sentry', spec.url),
    `api/0/organizations/${encodeURIComponent(spec.organization)}/${path}`,
  );
  url.search = query.toString();
  const headers = { Authorization: { reveal: () => `Bearer ${spec.token.reveal()}` } };
  return askJson({ source: 'sentry', url, headers, timeoutMs: spec.timeoutMs, signal });
}
