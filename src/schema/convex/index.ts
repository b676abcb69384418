/** Convex schema compatibility: what the lead exports from the package. */
export { compareValidators, type Comparison } from './compare-validators.ts';
export type { Relation, Relations } from './comparer.ts';
export { type ConvexDiff, diffConvex, type RollbackWith } from './diff.ts';
export type { IndexChange, IndexDiff } from './diff-indexes.ts';
export type { TableDiff } from './diff-table.ts';
export type { Finding, Rule } from './finding.ts';
export { type Migrated, migratedTable, type MigrationState, readMigrationState } from './migration-state.ts';
export { SchemaFormatError } from './validator.ts';
export type { Push, Rollback } from './verdict.ts';
export type { Witness } from './witness.ts';
export {
  diffFunctions,
  type FunctionChange,
  type FunctionDiff,
  type FunctionFinding,
  type FunctionRule,
  type FunctionsDiff,
} from './diff-functions.ts';
export { type FunctionSpec, readFunctions } from './functions.ts';
