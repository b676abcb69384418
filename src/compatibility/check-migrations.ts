/** A schema dump and migrations → a report, migration by migration, statement by statement. */
import type { PostgresReport } from '../schema/postgres/index.ts';
import { type Accept, type MigrationSource, reasonsOf, verdictsOf } from './migration-reasons.ts';
import type { SchemaReport, Section } from './report.ts';
import { postgresWayBack } from './rollback-class.ts';

const BASE_NOT_UNDERSTOOD: Section = {
  title: 'the base',
  verdicts: ['not understood as a whole'],
  reasons: [
    {
      level: 'note',
      rule: 'postgres-base-not-understood',
      place: 'base',
      why: 'part of it could not be read, so a name that is missing there proves nothing',
      recipe: 'give a dump of the live schema: pg_dump --schema-only --no-owner',
    },
  ],
};

/** Tries the migrations on a server, and tells where it behaves otherwise. */
export type Prover = (
  base: string,
  migrations: readonly Omit<MigrationSource, 'file'>[],
  report: PostgresReport,
) => Promise<{ readonly section: Section; readonly proofs: readonly unknown[] }>;

/** What `sources` do to a database that holds `base`; `prover` is null when no server is to be asked. */
export async function checkMigrations(
  title: string,
  base: string,
  sources: readonly MigrationSource[],
  prover: Prover | null,
): Promise<SchemaReport> {
  const { checkPostgres, suppress } = await import('../schema/postgres/index.ts');
  const accept: Accept = (sql, findings) => suppress(sql, findings, new Date().toISOString().slice(0, 10));
  const migrations = sources.map(({ name, sql, transaction }) => ({ name, sql, transaction }));
  const report: PostgresReport = await checkPostgres({ base, migrations });
  const sections = report.migrations.flatMap((verdict, at): readonly Section[] => {
    const source = sources[at];
    if (!source) return [];
    return [{ title: source.file, verdicts: verdictsOf(verdict), reasons: reasonsOf(verdict, source, accept) }];
  });
  if (!report.baseUnderstood && base.trim() !== '') sections.unshift(BASE_NOT_UNDERSTOOD);
  const files = sources.map(({ file }) => file);
  const said = { title, sections, json: { ...report }, wayBack: postgresWayBack(report, files) };
  if (prover === null) return said;
  const { section, proofs } = await prover(base, migrations, report);
  return { ...said, sections: [...sections, section], json: { ...report, proofs } };
}
