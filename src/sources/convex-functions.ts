/** The functions of a Convex project, as it is now or at a commit: its modules evaluated, or an exported file. */
import { existsSync } from 'node:fs';
import { mkdir, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '../core/errors.ts';
import { EVALUATE_FUNCTIONS, type ToldFunctions } from './convex-evaluate-functions.ts';
import { functionsFolder, readJson } from './convex-files.ts';
import { runGuest } from './convex-guest.ts';
import { endedProblem } from './convex-problem.ts';
import type { ConvexSchemaOptions } from './convex-schema.ts';
import { withCommit } from './convex-tree.ts';

/** The JSON of `npx convex function-spec`, kept beside the project where only a bundler can load its modules. */
export const FUNCTIONS_FILE = 'belay.functions.json';

/** Modules bring their packages: a client of some service loads for seconds. */
const LIMIT_MS = 60_000;
const MEMORY_MB = 1024;

/** What is generated is often not committed; at runtime it is no more than this. */
const GENERATED = {
  'server.js': `export {
  actionGeneric as action, httpActionGeneric as httpAction, queryGeneric as query, mutationGeneric as mutation,
  internalActionGeneric as internalAction, internalQueryGeneric as internalQuery,
  internalMutationGeneric as internalMutation,
} from 'convex/server';
export const env = process.env;
`,
  'api.js': `import { anyApi, componentsGeneric } from 'convex/server';
export const api = anyApi;
export const internal = anyApi;
export const components = componentsGeneric();
`,
};

/**
 * Null when the project has no functions. User code runs only in a child process, without the environment, within a time
 * and a memory limit.
 * @throws Problem SCHEMA_UNREADABLE, TIMEOUT, TOOL_MISSING, INTERRUPTED
 */
export async function loadConvexFunctions(options: ConvexSchemaOptions): Promise<ToldFunctions | null> {
  if (options.commit === undefined) return functionsIn(options.project, options);
  return withCommit(options, options.commit, async (project) => {
    await generate(join(project, await functionsFolder(project), '_generated'));
    return functionsIn(project, options);
  });
}

/** @param folder in a temporary tree: nobody's work tree is written to */
async function generate(folder: string): Promise<void> {
  if (existsSync(folder) || !existsSync(join(folder, '..'))) return;
  await mkdir(folder);
  for (const [name, text] of Object.entries(GENERATED)) await writeFile(join(folder, name), text);
}

async function functionsIn(project: string, options: ConvexSchemaOptions): Promise<ToldFunctions | null> {
  const exported = join(project, FUNCTIONS_FILE);
  if (existsSync(exported)) return exportedFunctions(await readJson(exported));
  const name = await functionsFolder(project);
  if (!existsSync(join(project, name))) return null;
  const folder = await realpath(join(project, name));
  const { limitMs = LIMIT_MS, memoryMb = MEMORY_MB, scratch, signal } = options;
  const { result, answer } = await runGuest(EVALUATE_FUNCTIONS, folder, { limitMs, memoryMb, signal, scratch });
  if (answer !== undefined) return answer as ToldFunctions;
  throw endedProblem(result, `${name}/`, { limitMs, memoryMb });
}

function exportedFunctions(json: unknown): ToldFunctions {
  const functions = typeof json === 'object' && json !== null && 'functions' in json ? json.functions : null;
  if (Array.isArray(functions)) return { functions: functions as ToldFunctions['functions'], unread: [] };
  throw new Problem('SCHEMA_UNREADABLE', `${FUNCTIONS_FILE} is no function spec of Convex`, {
    why: 'an object with a list "functions" is expected',
    next: `npx convex function-spec > ${FUNCTIONS_FILE}`,
    retry: 'after-change',
  });
}
