/** Bodies and queries by their shape; whatever does not fit is refused in the vendor's words. */
import type { z } from 'zod';
import type { EmulatorRequest } from '../../http/request.ts';
import { Refusal } from '../refusal.ts';

/** An empty body reads as `{}`. */
export async function readBody<T extends z.ZodType>(request: EmulatorRequest, shape: T): Promise<z.output<T>> {
  const parsed = shape.safeParse((await request.json()) ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Refusal(400, 'bad_request', `Invalid request: \`${issue?.path.join('.')}\` ${issue?.message}`);
}

export interface Page<T> {
  readonly rows: readonly T[];
  readonly pagination: { readonly count: number; readonly next: number | null; readonly prev: number | null };
}

/** Newest first; `until` and `since` are times, as `next` and `prev` are. Default 20 rows, at most 100. */
export function pageOf<T extends { readonly createdAt: number }>(request: EmulatorRequest, all: readonly T[]): Page<T> {
  const limit = Math.min(Number(request.query.get('limit') ?? 20) || 20, 100);
  const until = Number(request.query.get('until') ?? Infinity);
  const since = Number(request.query.get('since') ?? -1);
  const sorted = all.toSorted((a, b) => b.createdAt - a.createdAt);
  const within = sorted.filter(({ createdAt }) => createdAt < until && createdAt > since);
  const rows = within.slice(0, limit);
  const more = within.length > rows.length;
  const before = rows[0] !== undefined && sorted[0] !== rows[0];
  const pagination = {
    count: rows.length,
    next: more ? (rows.at(-1)?.createdAt ?? null) : null,
    prev: before ? (rows[0]?.createdAt ?? null) : null,
  };
  return { rows, pagination };
}

/** `versions('GET', ['/v9', ''], '/projects/:project', handler)`: one handler behind several versions of a path. */
export function versions<H>(method: string, prefixes: readonly string[], path: string, handler: H): Record<string, H> {
  return Object.fromEntries(prefixes.map((prefix) => [`${method} ${prefix}${path}`, handler]));
}
