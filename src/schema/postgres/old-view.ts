/** Views that Postgres can write through. */
import { rangeParts } from './ast.ts';
import { findRelation } from './lookup.ts';
import type { Catalog, Relation } from './model.ts';

/** The one table behind a simple view; null when it cannot be written. */
export function updatableSource(catalog: Catalog, view: Relation): Relation | null {
  const query = view.query;
  if (!query || !('SelectStmt' in query)) return null;
  const select = query.SelectStmt;
  const [from, ...more] = select.fromClause ?? [];
  if (!from || more.length > 0 || !('RangeVar' in from)) return null;
  if (select.groupClause || select.distinctClause || select.limitCount || select.limitOffset || select.larg)
    return null;
  if (select.havingClause || select.withClause) return null;
  const source = findRelation(catalog, rangeParts(from.RangeVar));
  if (!source) return null;
  return source.kind === 'view' ? updatableSource(catalog, source) : source;
}
