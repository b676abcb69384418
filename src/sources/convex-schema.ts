/** The Convex schema of a project, as it is now or at a commit: `convex/schema.ts` evaluated, or an exported file. */
import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Problem } from '../core/errors.ts';
import type { Exec } from '../util/exec.ts';
import { EVALUATE, type Evaluated } from './convex-evaluate.ts';
import { functionsFolder, readJson } from './convex-files.ts';
import { runGuest } from './convex-guest.ts';
import { endedProblem, EXPORTED_FILE, failedProblem } from './convex-problem.ts';
import { withCommit } from './convex-tree.ts';

export interface ConvexSchemaOptions {
  /** For git; the schema itself never runs with its environment. */
  readonly exec: Exec;
  /** The folder with `package.json`, absolute. */
  readonly project: string;
  /** Absent: the work tree as it is. */
  readonly commit?: string;
  readonly limitMs?: number;
  /** Of the JavaScript heap. */
  readonly memoryMb?: number;
  readonly signal?: AbortSignal;
  /** Where temporary folders are made, and removed again. */
  readonly scratch?: string;
}

const LIMIT_MS = 30_000;
const MEMORY_MB = 512;
const SCHEMA_FILES = ['schema.ts', 'schema.js'] as const;

/**
 * The exported schema as parsed JSON; null when the project has none. User code runs only in a child process, without
 * the environment, within a time and a memory limit.
 * @throws Problem SCHEMA_UNREADABLE, TIMEOUT, TOOL_MISSING, INTERRUPTED
 */
export async function loadConvexSchema(options: ConvexSchemaOptions): Promise<unknown> {
  if (options.commit === undefined) return schemaIn(options.project, options);
  return withCommit(options, options.commit, (folder) => schemaIn(folder, options));
}

async function schemaIn(given: string, options: ConvexSchemaOptions): Promise<unknown> {
  // As Node names the files in what it says about them.
  const folder = await realpath(given);
  const functions = await functionsFolder(folder);
  const entry = SCHEMA_FILES.map((name) => join(folder, functions, name)).find((path) => existsSync(path));
  if (entry !== undefined) return evaluate(entry, folder, options);
  const exported = join(folder, EXPORTED_FILE);
  return existsSync(exported) ? readExportedSchema(exported) : null;
}

/**
 * A file with the JSON of `schema.export()`.
 * @throws Problem SCHEMA_UNREADABLE
 */
export async function readExportedSchema(path: string): Promise<unknown> {
  const json = await readJson(path);
  // The export is a string; who saved it with JSON.stringify wrote it twice.
  const schema = typeof json === 'string' ? (JSON.parse(json) as unknown) : json;
  if (typeof schema === 'object' && schema !== null && 'tables' in schema && Array.isArray(schema.tables))
    return schema;
  throw new Problem('SCHEMA_UNREADABLE', `${path} is no exported Convex schema`, {
    why: 'an object with a list "tables" is expected',
    next: 'write the JSON of schema.export() into it',
    retry: 'after-change',
  });
}

async function evaluate(entry: string, folder: string, options: ConvexSchemaOptions): Promise<unknown> {
  const { limitMs = LIMIT_MS, memoryMb = MEMORY_MB, scratch, signal } = options;
  const named = relative(folder, entry);
  const name = options.commit === undefined ? named : `${named} at ${options.commit.slice(0, 7)}`;
  const { result, answer } = await runGuest(EVALUATE, entry, { limitMs, memoryMb, signal, scratch });
  const told = answer as Evaluated | undefined;
  if (told && 'schema' in told) return told.schema;
  throw told ? failedProblem(told, name, folder) : endedProblem(result, name, { limitMs, memoryMb });
}
