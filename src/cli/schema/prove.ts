/** `--prove`: what a real server did with the migrations, where it differs from what was said. */
import type { PostgresReport, Verdict } from '../../schema/postgres/index.ts';
import { Problem } from '../../core/errors.ts';
import type { Prover } from '../../compatibility/check-migrations.ts';
import { type Proof, type Proved, proveMigrations } from '../../project-prove.ts';
import type { Cli } from '../cli.ts';
import type { Reason, Section } from '../../compatibility/report.ts';

const ORDER = ['instant', 'scan', 'index-build', 'rewrite'];

/** Where the server did other than was said, or more. Less work than was said may be the rows' doing: they are few. */
function differences(said: Verdict, { failed, lock, work }: Proof): readonly string[] {
  if (failed !== null) return said.hazard === 'fails' ? [] : [`the server refused it: ${failed}`];
  if (said.hazard === 'fails') return [];
  const found: string[] = [];
  if (said.hazard !== 'unknown' && lock !== said.lock) found.push(`the server took ${lock}, Belay said ${said.lock}`);
  const isMore = said.work !== 'unknown' && ORDER.indexOf(work) > ORDER.indexOf(said.work);
  if (isMore) found.push(`the server did ${work} work, Belay said ${said.work}`);
  return found;
}

function reasonsOf(proof: Proof, said: Verdict | undefined): readonly Reason[] {
  const differs = (said ? differences(said, proof) : []).map((why) => ({
    level: 'unknown' as const,
    rule: 'postgres-proof-differs',
    place: proof.name,
    why,
    recipe: 'trust the server; please report this migration and its base as a bug of Belay',
  }));
  const { refusedRows } = proof;
  if (refusedRows === null || said?.hazard === 'fails') return differs;
  const rows: Reason = {
    level: 'warning',
    rule: 'postgres-proof-rows-refused',
    place: proof.name,
    why: `rows that the base allows make it fail: ${refusedRows}`,
    recipe: 'count such rows in the live database, and mend them first',
  };
  return [rows, ...differs];
}

function sectionOf({ proofs, empty }: Proved, report: PostgresReport): Section {
  const reasons = proofs.flatMap((proof, at) => reasonsOf(proof, report.migrations[at]));
  const count = `${proofs.length} ${proofs.length === 1 ? 'migration' : 'migrations'} run on a scratch server`;
  const asSaid = reasons.some(({ level }) => level === 'unknown') ? 'not as said' : 'as said';
  const without = empty.length === 0 ? [] : [`no rows could be made up for ${empty.join(', ')}`];
  return { title: 'the proof', verdicts: [count, asSaid, ...without], reasons };
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
    const proved = await proveMigrations(url, base, migrations);
    return { section: sectionOf(proved, report), proofs: proved.proofs };
  };
}
