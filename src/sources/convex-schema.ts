/** The Convex schema of a project, as it is now or at a commit: `convex/schema.ts` evaluated, or an exported file. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { Problem } from '../core/errors.ts';
import { createExec, type Exec } from '../util/exec.ts';
import { EVALUATE, type Evaluated } from './convex-evaluate.ts';
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

/** `convex.json` may put the functions elsewhere. */
async function functionsFolder(folder: string): Promise<string> {
  const path = join(folder, 'convex.json');
  if (!existsSync(path)) return 'convex';
  const json = await readJson(path);
  const named = typeof json === 'object' && json !== null && 'functions' in json ? json.functions : undefined;
  return typeof named === 'string' ? named : 'convex';
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch (error) {
    throw new Problem('SCHEMA_UNREADABLE', `${path} cannot be read as JSON`, {
      why: error instanceof Error ? error.message : String(error),
      retry: 'after-change',
      cause: error,
    });
  }
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
  const { limitMs = LIMIT_MS, memoryMb = MEMORY_MB, scratch: root = tmpdir(), signal } = options;
  const named = relative(folder, entry);
  const name = options.commit === undefined ? named : `${named} at ${options.commit.slice(0, 7)}`;
  const scratch = await mkdtemp(join(root, 'belay-schema-'));
  try {
    const program = join(scratch, 'evaluate.cjs');
    const answer = join(scratch, 'answer.json');
    await writeFile(program, EVALUATE);
    const jiti = createRequire(import.meta.url).resolve('jiti');
    const argv = [process.execPath, `--max-old-space-size=${memoryMb}`, program, jiti, entry, answer] as const;
    const result = await createExec({})(argv, { cwd: scratch, limitMs, ...(signal ? { signal } : {}) });
    const told = existsSync(answer) ? ((await readJson(answer)) as Evaluated) : undefined;
    if (told && 'schema' in told) return told.schema;
    throw told ? failedProblem(told, name, folder) : endedProblem(result, name, { limitMs, memoryMb });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
