/** Prints the schema as Belay understands it: tables with their fields, of a file or of a revision. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { tablesOf } from '../../compatibility/convex-fields.ts';
import { convexProjects, loadConvex } from '../../compatibility/convex-projects.ts';
import { pathsToRead, readFolders, schemaOf } from '../../schema/migrations/index.ts';
import { parseJson, unreadable } from '../../compatibility/parse-document.ts';
import { type Repository, type Revision, WORK_TREE } from '../../compatibility/repository.ts';
import { openTree } from '../../compatibility/tree.ts';
import type { Cli, CommonOptions } from '../cli.ts';
import { paint, plainText } from '../render/shape.ts';
import { kindOfFile } from './kind.ts';
import { readText, schemaText } from './read-file.ts';
import { repositoryHere, revisionOf } from './revision.ts';
import { readDatabase, type ShownDatabase } from './show-postgres.ts';

export type ShowOptions = Pick<CommonOptions, 'json' | 'ascii' | 'env' | 'config'>;

/** One schema: where it comes from, its tables with lines below each, and the JSON of it. */
interface Shown {
  readonly title: string;
  readonly tables: readonly { readonly name: string; readonly lines: readonly string[] }[];
  readonly json: Readonly<Record<string, unknown>>;
}

function ofConvex(title: string, schema: unknown): Shown {
  const tables = [...tablesOf(schema).values()].map(({ name, fields, indexes }) => ({
    name,
    lines: [
      ...fields.map(([field, code]) => (field === '' ? code : `${field}: ${code}`)),
      ...indexes.map((index) => `index ${index}`),
    ],
  }));
  return { title: `Convex · ${title}`, tables, json: { kind: 'convex', from: title, schema } };
}

function ofPostgres(title: string, database: ShownDatabase): Shown {
  const tables = database.tables.map(({ name, kind, columns, constraints, indexes }) => ({
    name: kind === 'table' ? name : `${name} (${kind})`,
    lines: [...columns, ...constraints, ...indexes.map((index) => `index ${index}`)],
  }));
  const part = database.understood ? '' : ' · not understood as a whole';
  return { title: `Postgres · ${title}${part}`, tables, json: { kind: 'postgres', from: title, ...database } };
}

async function ofFile(cli: Cli, file: string): Promise<readonly Shown[]> {
  if (/\.sql$/i.test(file)) return [ofPostgres(file, await readDatabase(readText(cli, file)))];
  const kind = await kindOfFile(cli, file);
  if (kind === 'convex') return [ofConvex(file, parseJson(schemaText(cli, file)))];
  throw unreadable(
    file,
    `it is ${kind}, which is its own description`,
    'belay schema diff OLD NEW compares two of them',
  );
}

async function ofRevision(repository: Repository, revision: Revision): Promise<readonly Shown[]> {
  const tree = await openTree(repository, revision);
  try {
    const convex: Shown[] = [];
    for (const project of convexProjects(tree.paths)) {
      const schema = await loadConvex(repository, revision, tree, project);
      if (schema !== null) convex.push(ofConvex(`${project}convex`, schema));
    }
    const files = await tree.read(pathsToRead(tree.paths));
    const postgres: Shown[] = [];
    for (const one of readFolders(files)) postgres.push(ofPostgres(one.folder, await readDatabase(schemaOf(one))));
    return [...convex, ...postgres];
  } finally {
    tree.dispose();
  }
}

function print(cli: Cli, shown: readonly Shown[]): void {
  if (shown.length === 0) cli.out('No convex/schema.ts and no folder of SQL migrations was found.');
  for (const [at, { title, tables }] of shown.entries()) {
    if (at > 0) cli.out('');
    cli.out(paint(cli, 'bold', plainText(cli, title)));
    for (const { name, lines } of tables) {
      cli.out(`\n  ${paint(cli, 'bold', name)}`);
      for (const line of lines) cli.out(`    ${plainText(cli, line)}`);
    }
  }
}

/** @throws Problem SCHEMA_UNREADABLE */
export async function show(cli: Cli, what: string | undefined, options: ShowOptions): Promise<void> {
  const file = what !== undefined && existsSync(resolve(cli.cwd, what));
  const repository = file ? null : await repositoryHere(cli);
  const shown =
    repository === null
      ? await ofFile(cli, what ?? '')
      : await ofRevision(repository, what === undefined ? WORK_TREE : await revisionOf(cli, options, repository, what));
  if (options.json) cli.out(JSON.stringify({ schemas: shown.map(({ json }) => json) }));
  else print(cli, shown);
}
