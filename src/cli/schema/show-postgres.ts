/** SQL as the checker understands it: tables with columns, keys, indexes, and whether all of it was understood. */
import type { Column, Constraint, Index, Relation } from '../../schema/postgres/model.ts';

export interface ShownTable {
  readonly name: string;
  readonly kind: string;
  readonly columns: readonly string[];
  readonly constraints: readonly string[];
  readonly indexes: readonly string[];
}

export interface ShownDatabase {
  /** False when part of the SQL was not understood. */
  readonly understood: boolean;
  readonly tables: readonly ShownTable[];
}

const quoted = (name: string): string => (/^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`);
const list = (columns: readonly (Column | null)[]): string =>
  columns.map((column) => (column ? quoted(column.name) : 'an expression')).join(', ');

function columnText(column: Column): string {
  const { type, identity, generated } = column;
  const mods = type.mods.length > 0 ? `(${type.mods.join(',')})` : '';
  const facts = [
    column.notNull ? 'not null' : '',
    column.default === null ? '' : 'default',
    identity === null ? '' : `identity ${identity}`,
    generated === null ? '' : `generated ${generated}`,
  ].filter((fact) => fact !== '');
  return [quoted(column.name), `${type.name}${mods}${type.array ? '[]' : ''}`, ...facts].join(' ');
}

function constraintText(constraint: Constraint): string {
  const { kind, name } = constraint;
  if (kind === 'check') return `check ${quoted(name)}${constraint.valid ? '' : ' (not valid)'}`;
  if (kind === 'foreign') {
    const to = `${quoted(constraint.target.name)} (${list(constraint.targetColumns)})`;
    return `foreign key (${list(constraint.columns)}) to ${to}${constraint.valid ? '' : ' (not valid)'}`;
  }
  return `${kind === 'primary' ? 'primary key' : kind} (${list(constraint.index.columns)})`;
}

function indexText(index: Index): string {
  const facts = [index.unique ? 'unique' : '', index.predicate === null ? '' : 'partial', index.valid ? '' : 'invalid'];
  return [quoted(index.name), `(${list(index.columns)})`, ...facts.filter((fact) => fact !== '')].join(' ');
}

function tableOf(relation: Relation): ShownTable {
  const schema = relation.schema === 'public' ? '' : `${quoted(relation.schema)}.`;
  const keys = new Set(relation.constraints.flatMap((one) => ('index' in one ? [one.index] : [])));
  return {
    name: `${schema}${quoted(relation.name)}`,
    kind: relation.kind,
    columns: relation.columns.map(columnText),
    constraints: relation.constraints.map(constraintText),
    indexes: relation.indexes.filter((index) => !keys.has(index)).map(indexText),
  };
}

export async function readDatabase(sql: string): Promise<ShownDatabase> {
  const [{ loadParser }, { newRun }, { emptyCatalog }, { replayBase }] = await Promise.all([
    import('../../schema/postgres/parse.ts'),
    import('../../schema/postgres/run.ts'),
    import('../../schema/postgres/model.ts'),
    import('../../schema/postgres/simulate.ts'),
  ]);
  await loadParser();
  const run = newRun(emptyCatalog());
  replayBase(run, sql);
  const shown = [...run.catalog.relations.values()].filter(({ kind, phantom }) => kind !== 'sequence' && !phantom);
  return { understood: run.catalog.complete, tables: shown.map(tableOf) };
}
