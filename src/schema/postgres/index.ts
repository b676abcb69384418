/** Postgres migrations: what they will do, known before they run. */
export { type MigrationVerdict, type PostgresInput, type PostgresReport, checkPostgres } from './check.ts';
export { splitStatements } from './split.ts';
export { type Suppressed, type Suppression, suppress } from './suppress.ts';
export type { Migration } from './simulate.ts';
export type { Finding, Hazard, LockMode, OldCode, Verdict, Work } from './verdict.ts';
