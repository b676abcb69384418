/** Names to things, along the search path. */
import {
  type Catalog,
  type Column,
  type ColumnType,
  type DomainType,
  type EnumType,
  type Relation,
  type UserType,
  newRelation,
  relationKey,
} from './model.ts';
import { CannotTell, type Run, StatementFails } from './run.ts';

function candidates(catalog: Catalog, parts: readonly string[]): string[] {
  const name = parts.at(-1) ?? '';
  if (parts.length > 1) return [`${parts.at(-2)}.${name}`];
  return catalog.searchPath.map((schema) => `${schema}.${name}`);
}

function firstOf<T>(map: ReadonlyMap<string, T>, keys: readonly string[]): T | null {
  for (const key of keys) {
    const found = map.get(key);
    if (found !== undefined) return found;
  }
  return null;
}

export const findRelation = (catalog: Catalog, parts: readonly string[]): Relation | null =>
  firstOf(catalog.relations, candidates(catalog, parts));

/** Where an unqualified new name goes. */
export const creationSchema = (catalog: Catalog, parts: readonly string[]): string =>
  parts.length > 1 ? (parts.at(-2) ?? 'public') : (catalog.searchPath[0] ?? 'public');

const isSystem = (parts: readonly string[]) =>
  parts.length > 1 ? /^(pg_catalog|information_schema)$/.test(parts.at(-2) ?? '') : (parts[0] ?? '').startsWith('pg_');

/** A relation that must be there. Where the base is not fully known, one is assumed. @throws StatementFails */
export function needRelation(run: Run, parts: readonly string[]): Relation {
  const found = findRelation(run.catalog, parts);
  if (found) return found;
  const name = parts.join('.');
  if (isSystem(parts)) throw new CannotTell(`it touches the system catalog ${name}`);
  if (run.catalog.complete) throw new StatementFails('missing-relation', `${name} does not exist in the base`);
  const assumed = newRelation(creationSchema(run.catalog, parts), parts.at(-1) ?? '', 'table', false);
  assumed.phantom = true;
  run.catalog.relations.set(relationKey(assumed), assumed);
  return assumed;
}

export const findColumn = (relation: Relation, name: string): Column | null =>
  relation.columns.find((column) => column.name === name) ?? null;

/** @throws StatementFails */
export function needColumn(relation: Relation, name: string): Column {
  const found = findColumn(relation, name);
  if (found) return found;
  if (!relation.phantom) throw new StatementFails('missing-column', `${relation.name} has no column ${name}`);
  const assumed = newColumn(name, { name: '?', mods: [], array: false }, false);
  relation.columns.push(assumed);
  return assumed;
}

export function newColumn(name: string, type: ColumnType, fresh: boolean): Column {
  return {
    name,
    type,
    notNull: false,
    default: null,
    identity: null,
    startsOver: false,
    generated: null,
    collation: null,
    filled: fresh ? { kind: 'constant', value: null } : { kind: 'mixed' },
    inherited: false,
    fresh,
  };
}

export const findType = (catalog: Catalog, parts: readonly string[]): UserType | null =>
  firstOf(catalog.types, candidates(catalog, parts));

export function typeOf(catalog: Catalog, type: ColumnType): UserType | null {
  return findType(catalog, type.name.split('.'));
}

export function domainOf(catalog: Catalog, type: ColumnType): DomainType | null {
  const found = typeOf(catalog, type);
  return found?.kind === 'domain' ? found : null;
}

export function enumOf(catalog: Catalog, type: ColumnType): EnumType | null {
  const found = typeOf(catalog, type);
  return found?.kind === 'enum' ? found : null;
}

/** The relation with the index of this name. */
export function findIndex(catalog: Catalog, parts: readonly string[]): { relation: Relation; at: number } | null {
  const name = parts.at(-1) ?? '';
  const schemas = parts.length > 1 ? [parts.at(-2)] : catalog.searchPath;
  for (const relation of catalog.indexHints.get(name) ?? []) {
    if (!schemas.includes(relation.schema) || catalog.relations.get(relationKey(relation)) !== relation) continue;
    const at = relation.indexes.findIndex((index) => index.name === name);
    if (at >= 0) return { relation, at };
  }
  return null;
}

/** Must be called whenever an index gets a name. */
export function noteIndex(catalog: Catalog, relation: Relation, name: string): void {
  const found = catalog.indexHints.get(name);
  if (found) found.add(relation);
  else catalog.indexHints.set(name, new Set([relation]));
}

/** Puts a relation below another. */
export function addParent(catalog: Catalog, child: Relation, parent: Relation): void {
  child.parents.push(parent);
  catalog.heirs.add(child);
}

/** Direct and further children: partitions, inheritors. */
export function descendants(catalog: Catalog, relation: Relation): Relation[] {
  if (catalog.heirs.size === 0) return [];
  const children = [...catalog.heirs].filter(
    (one) => one.parents.includes(relation) && catalog.relations.get(relationKey(one)) === one,
  );
  return children.flatMap((child) => [child, ...descendants(catalog, child)]);
}

export const family = (catalog: Catalog, relation: Relation): Relation[] => [
  relation,
  ...descendants(catalog, relation),
];

/** The types of columns are kept as written: qualify those of ours, so that a later search path changes nothing. */
export function qualified(catalog: Catalog, type: ColumnType): ColumnType {
  const found = typeOf(catalog, type);
  return found
    ? { ...type, name: `${found.schema}.${found.name}` }
    : { ...type, name: type.name.split('.').at(-1) ?? '' };
}
