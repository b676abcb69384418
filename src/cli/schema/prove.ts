/** `--prove`: what a real server did with the migrations, where it differs from what was said. */
import type { PostgresReport, Verdict } from '../../schema/postgres/index.ts';
import { Problem } from '../../core/errors.ts';
import type { Prover } from '../../compatibility/check-migrations.ts';
import { type Proof, proveMigrations } from '../../project-prove.ts';
import type { Cli } from '../cli.ts';
import type { Section } from '../../compatibility/report.ts';

const HEAVY = ['rewrite', 'index-build'];

/** Empty tables show no scan and refuse no row: there, only what the server did beyond what was said counts. */
function differences(said: Verdict, { failed, lock, work }: Proof): readonly string[] {
  if (failed !== null) return said.hazard === 'fails' ? [] : [`the server refused it: ${failed}`];
  if (said.hazard === 'fails') return [];
  const found: string[] = [];
  if (said.hazard !== 'unknown' && lock !== said.lock) found.push(`the server took ${lock}, Belay said ${said.lock}`);
  const heavier = HEAVY.includes(work) && !HEAVY.includes(said.work) && said.work !== 'unknown';
  if (heavier) found.push(`the server did ${work} work, Belay said ${said.work}`);
  return found;
}

function sectionOf(proofs: readonly Proof[], report: PostgresReport): Section {
  const reasons = proofs.flatMap((proof, at) => {
    const said = report.migrations[at];
    return (said ? differences(said, proof) : []).map((why) => ({
      level: 'unknown' as const,
      rule: 'postgres-proof-differs',
      place: proof.name,
      why,
      recipe: 'trust the server; please report this migration and its base as a bug of Belay',
    }));
  });
  const count = `${proofs.length} ${proofs.length === 1 ? 'migration' : 'migrations'} run on a scratch server`;
  return { title: 'the proof', verdicts: [count, reasons.length === 0 ? 'as said' : 'not as said'], reasons };
}

/** @throws Problem SECRET_MISSING when there is no server; what it returns throws DATA_FAILED, SCHEMA_UNREADABLE */
export function proverOf(cli: Cli): Prover {
  const url = cli.env.variable('BELAY_SCRATCH_DATABASE_URL');
  if (!url) {
    throw new Problem('SECRET_MISSING', '--prove needs a server to try the migrations on', {
      why: 'BELAY_SCRATCH_DATABASE_URL is not set',
      next: 'set it to a Postgres server on which a database may be created, as postgres://user@host/postgres',
    });
  }
  return async (base, migrations, report) => {
    const proofs = await proveMigrations(url, base, migrations);
    return { section: sectionOf(proofs, report), proofs };
  };
}
