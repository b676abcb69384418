/** The catalog that a schema is replayed into: what Postgres knows about it, as far as migrations depend on it. */
import type { Node } from 'libpg-query';

/** A type by its canonical name (`int4`, `varchar`, `public.status`); `mods` as in `numeric(10,2)`. */
export interface ColumnType {
  readonly name: string;
  readonly mods: readonly number[];
  readonly array: boolean;
}

/** What every existing row holds in a column that a migration added: null, one constant, or anything. */
export type Filled = { readonly kind: 'constant'; readonly value: Constant } | { readonly kind: 'mixed' };
export type Constant = string | number | boolean | null;

export interface Column {
  name: string;
  type: ColumnType;
  notNull: boolean;
  default: Node | null;
  identity: 'always' | 'by default' | null;
  /** An identity given to an existing column: its sequence begins at 1, below the keys that exist. */
  startsOver: boolean;
  generated: 'stored' | 'virtual' | null;
  collation: string | null;
  filled: Filled;
  inherited: boolean;
  /** Added since the base. */
  fresh: boolean;
}

interface ConstraintBase {
  name: string;
  fresh: boolean;
}
export interface Check extends ConstraintBase {
  readonly kind: 'check';
  expression: Node;
  valid: boolean;
}
export interface ForeignKey extends ConstraintBase {
  readonly kind: 'foreign';
  columns: Column[];
  target: Relation;
  targetColumns: Column[];
  valid: boolean;
  readonly onDelete: string;
}
export interface Key extends ConstraintBase {
  readonly kind: 'primary' | 'unique' | 'exclusion';
  readonly index: Index;
  deferrable: boolean;
}
export type Constraint = Check | ForeignKey | Key;

export interface Index {
  name: string;
  unique: boolean;
  nullsDistinct: boolean;
  method: string;
  /** Plain columns, in order; an expression stands as null. */
  columns: (Column | null)[];
  expressions: Node[];
  predicate: Node | null;
  exclusion: boolean;
  valid: boolean;
  fresh: boolean;
}

export interface Trigger {
  name: string;
  readonly function: string;
  /** Columns of `UPDATE OF` and of the `WHEN` condition. */
  readonly columns: readonly string[];
  enabled: boolean;
  fresh: boolean;
}

export interface Policy {
  name: string;
  readonly command: string;
  readonly permissive: boolean;
  readonly everyone: boolean;
  readonly using: Node | null;
  readonly withCheck: Node | null;
  fresh: boolean;
}

export type RelationKind = 'table' | 'partitioned' | 'view' | 'matview' | 'sequence' | 'foreign' | 'composite';

export interface Relation {
  schema: string;
  name: string;
  kind: RelationKind;
  /** Created since the base: nobody uses it yet. */
  fresh: boolean;
  /** Named but never seen: the base does not tell its columns. */
  phantom: boolean;
  columns: Column[];
  constraints: Constraint[];
  indexes: Index[];
  triggers: Trigger[];
  policies: Policy[];
  rowSecurity: boolean;
  /** Parents by inheritance, or the partitioned table. */
  parents: Relation[];
  partition: { readonly isDefault: boolean; readonly bound: string } | null;
  partitionKey: string[];
  /** Views: what they read; a null column is the relation itself. */
  reads: { readonly relation: Relation; readonly column: Column | null }[];
  query: Node | null;
  /** Sequences: the column that owns it. */
  ownedBy: { relation: Relation; column: Column } | null;
  populated: boolean;
  rules: string[];
}

export interface EnumType {
  readonly kind: 'enum';
  schema: string;
  name: string;
  labels: string[];
  fresh: boolean;
}
export interface DomainType {
  readonly kind: 'domain';
  schema: string;
  name: string;
  readonly base: ColumnType;
  notNull: boolean;
  default: Node | null;
  checks: { name: string; readonly expression: Node; valid: boolean; fresh: boolean }[];
  fresh: boolean;
}
export interface OtherType {
  readonly kind: 'range' | 'shell' | 'extension';
  schema: string;
  name: string;
  fresh: boolean;
}
export type UserType = EnumType | DomainType | OtherType;

export interface SqlFunction {
  schema: string;
  name: string;
  /** Argument types, joined: overloads differ in it. */
  readonly arguments: string;
  readonly volatility: 'immutable' | 'stable' | 'volatile';
  readonly body: string;
  fresh: boolean;
}

export interface Catalog {
  searchPath: string[];
  schemas: Set<string>;
  relations: Map<string, Relation>;
  types: Map<string, UserType>;
  functions: Map<string, SqlFunction>;
  extensions: Set<string>;
  /** Where an index of this name may be: what is found is looked at again. */
  indexHints: Map<string, Set<Relation>>;
  /** Partitions and inheritors. */
  heirs: Set<Relation>;
  /** False once something of the base was not understood: a missing name then proves nothing. */
  complete: boolean;
  /** Which statement changed what last, for findings that compare the end with the beginning. */
  touched: Map<string, number>;
}

export function emptyCatalog(): Catalog {
  return {
    searchPath: ['public'],
    schemas: new Set(['public', 'pg_catalog', 'information_schema']),
    relations: new Map(),
    types: new Map(),
    functions: new Map(),
    extensions: new Set(),
    indexHints: new Map(),
    heirs: new Set(),
    complete: true,
    touched: new Map(),
  };
}

export function newRelation(schema: string, name: string, kind: RelationKind, fresh: boolean): Relation {
  return {
    schema,
    name,
    kind,
    fresh,
    phantom: false,
    columns: [],
    constraints: [],
    indexes: [],
    triggers: [],
    policies: [],
    rowSecurity: false,
    parents: [],
    partition: null,
    partitionKey: [],
    reads: [],
    query: null,
    ownedBy: null,
    populated: true,
    rules: [],
  };
}

export const relationKey = (relation: { schema: string; name: string }): string =>
  `${relation.schema}.${relation.name}`;
