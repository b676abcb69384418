/** Queries: which relations and columns they read, and what they give. */
import type { Node } from 'libpg-query';
import { columnType, rangeParts, text, walk } from './ast.ts';
import { findColumn, findRelation, newColumn, qualified } from './lookup.ts';
import type { Catalog, Column, Relation } from './model.ts';
import { CannotTell, type Run, StatementFails } from './run.ts';

/** Relations named in FROM clauses, without the query's own WITH names. */
export function relationsOf(catalog: Catalog, query: Node | null): { relation: Relation; alias: string }[] {
  const own = new Set<string>();
  walk(query, (kind, value) => {
    if (kind === 'CommonTableExpr') own.add(String(value['ctename']));
  });
  const found: { relation: Relation; alias: string }[] = [];
  walk(query, (kind, value) => {
    if (kind !== 'RangeVar') return;
    const parts = rangeParts(value as Parameters<typeof rangeParts>[0]);
    if (parts.length === 1 && own.has(parts[0] ?? '')) return;
    const relation = findRelation(catalog, parts);
    const alias = (value['alias'] as { aliasname?: string } | undefined)?.aliasname ?? parts.at(-1) ?? '';
    if (relation) found.push({ relation, alias });
  });
  return found;
}

/** Every relation and column that a query depends on; an unclear name counts for each table that has it. */
export function readsOf(run: Run, query: Node | null): Relation['reads'] {
  const sources = relationsOf(run.catalog, query);
  const reads: Relation['reads'] = sources.map(({ relation }) => ({ relation, column: null }));
  const add = (relation: Relation, column: Column | null) => {
    if (column && !reads.some((read) => read.relation === relation && read.column === column))
      reads.push({ relation, column });
  };
  walk(query, (kind, value) => {
    if (kind !== 'ColumnRef') return;
    const fields = (value['fields'] as Node[] | undefined) ?? [];
    const last = fields.at(-1);
    const table = fields.length > 1 ? text(fields.at(-2)) : null;
    for (const { relation, alias } of sources) {
      if (table !== null && table !== alias && table !== relation.name) continue;
      if (last && 'A_Star' in last) for (const column of relation.columns) add(relation, column);
      else add(relation, findColumn(relation, text(last)));
    }
  });
  return reads;
}

/** What a query reads is there. @throws StatementFails, or CannotTell where the base is not fully known */
export function requireRelations(run: Run, query: Node | null): void {
  if (!run.judging) return;
  const own = new Set<string>();
  const named: string[][] = [];
  walk(query, (kind, value) => {
    if (kind === 'CommonTableExpr') own.add(String(value['ctename']));
    if (kind === 'RangeVar') named.push(rangeParts(value as Parameters<typeof rangeParts>[0]));
  });
  for (const parts of named) {
    const name = parts.at(-1) ?? '';
    const isSystem = /^(pg_|information_schema$)/.test(parts.at(parts.length > 1 ? -2 : 0) ?? '');
    if (isSystem || (parts.length === 1 && own.has(name)) || findRelation(run.catalog, parts)) continue;
    if (parts.length === 1 && findRelation(run.catalog, ['pg_temp', name])) continue;
    const why = `${parts.join('.')} does not exist in the base`;
    if (run.catalog.complete) throw new StatementFails('missing-relation', why);
    throw new CannotTell(`${why}, as far as it was understood`);
  }
}

/** A plain query over known tables names only columns that they have. @throws StatementFails */
export function requireColumns(run: Run, query: Node | null): void {
  if (!query || !('SelectStmt' in query) || !run.judging) return;
  let plain = (query.SelectStmt.fromClause ?? []).every((node) => 'RangeVar' in node || 'JoinExpr' in node);
  let ranges = 0;
  const refs: Node[][] = [];
  walk(query, (kind, value) => {
    if (/^(SubLink|RangeSubselect|RangeFunction|CommonTableExpr|WithClause)$/.test(kind) || value['larg'])
      plain = false;
    if (kind === 'RangeVar') ranges += 1;
    if (kind === 'ColumnRef') refs.push((value['fields'] as Node[] | undefined) ?? []);
  });
  const sources = relationsOf(run.catalog, query).map(({ relation }) => relation);
  const own = (query.SelectStmt.targetList ?? []).map((node) =>
    'ResTarget' in node ? node.ResTarget.name : undefined,
  );
  if (!plain || sources.length !== ranges || sources.some((one) => one.phantom || one.columns.length === 0)) return;
  for (const fields of refs) {
    const name = text(fields.at(-1));
    if (name === '' || own.includes(name) || sources.some((one) => one.name === name || findColumn(one, name)))
      continue;
    throw new StatementFails('missing-column', `no table of the query has a column ${name}`);
  }
}

/** The columns that a query gives, as far as their names and types can be seen. */
export function outputColumns(run: Run, query: Node | null, names: readonly string[]): Column[] {
  const columns = selectColumns(run, query);
  for (const [i, name] of names.entries()) {
    const column = columns[i];
    if (column) column.name = name;
    else columns.push(newColumn(name, { name: '?', mods: [], array: false }, run.judging));
  }
  return columns;
}

function selectColumns(run: Run, query: Node | null): Column[] {
  if (!query || !('SelectStmt' in query)) return [];
  const select = query.SelectStmt;
  if (select.larg) return selectColumns(run, { SelectStmt: select.larg });
  const sources = relationsOf(run.catalog, { List: { items: select.fromClause ?? [] } });
  return (select.targetList ?? []).flatMap((target) => {
    if (!('ResTarget' in target) || !target.ResTarget.val) return [];
    return targetColumns(run, target.ResTarget.val, target.ResTarget.name ?? null, sources);
  });
}

function targetColumns(
  run: Run,
  value: Node,
  name: string | null,
  sources: { relation: Relation; alias: string }[],
): Column[] {
  const fresh = run.judging;
  if ('TypeCast' in value) {
    const inner = value.TypeCast.arg ? targetColumns(run, value.TypeCast.arg, name, sources)[0] : undefined;
    return [
      newColumn(name ?? inner?.name ?? '?column?', qualified(run.catalog, columnType(value.TypeCast.typeName)), fresh),
    ];
  }
  if (!('ColumnRef' in value)) {
    const call = 'FuncCall' in value ? text(value.FuncCall.funcname?.at(-1)) : '?column?';
    return [newColumn(name ?? call, { name: '?', mods: [], array: false }, fresh)];
  }
  const fields = value.ColumnRef.fields ?? [];
  const last = fields.at(-1);
  const table = fields.length > 1 ? text(fields.at(-2)) : null;
  const from = sources.filter(({ alias, relation }) => table === null || alias === table || relation.name === table);
  if (last && 'A_Star' in last)
    return from.flatMap(({ relation }) =>
      relation.columns.map((column) => ({ ...column, default: null, notNull: false })),
    );
  const column = from.map(({ relation }) => findColumn(relation, text(last))).find((one) => one !== null);
  return [newColumn(name ?? text(last), column?.type ?? { name: '?', mods: [], array: false }, fresh)];
}
