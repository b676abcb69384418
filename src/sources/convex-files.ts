/** Where a Convex project keeps its functions, and files of it that hold JSON. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '../core/errors.ts';

/** `convex.json` may put the functions elsewhere. @throws Problem SCHEMA_UNREADABLE */
export async function functionsFolder(project: string): Promise<string> {
  const path = join(project, 'convex.json');
  if (!existsSync(path)) return 'convex';
  const json = await readJson(path);
  const named = typeof json === 'object' && json !== null && 'functions' in json ? json.functions : undefined;
  return typeof named === 'string' ? named : 'convex';
}

/** @throws Problem SCHEMA_UNREADABLE */
export async function readJson(path: string): Promise<unknown> {
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
