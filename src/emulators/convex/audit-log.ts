/** The deployment's own record of who changed what. */
import type { Deployment } from './deployment.ts';

export interface AuditEvent {
  readonly actor: { readonly kind: 'system' | 'member' | 'team'; readonly name: string };
  readonly action: string;
  /** Milliseconds since the epoch. */
  readonly createTime: number;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export function recordAudit(deployment: Deployment, action: string, metadata: AuditEvent['metadata'] = {}): void {
  deployment.audit.push({ actor: { kind: 'team', name: 'admin key' }, action, createTime: Date.now(), metadata });
}

const MOST = 100;

/** Newest first. The cursor is the index where the next page begins. */
export function auditPage(deployment: Deployment, query: URLSearchParams) {
  const from = Number(query.get('from') ?? 0);
  const to = Number(query.get('to') ?? Number.POSITIVE_INFINITY);
  const limit = Math.min(Number(query.get('limit') ?? MOST), MOST);
  const start = Number(query.get('cursor') ?? 0);
  const found = deployment.audit.filter(({ createTime }) => createTime >= from && createTime <= to).toReversed();
  const items = found.slice(start, start + limit);
  const next = start + items.length;
  const hasMore = next < found.length;
  return { items, pagination: { hasMore, nextCursor: hasMore ? String(next) : null } };
}
