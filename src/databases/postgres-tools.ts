/** Finds and runs the programs that come with Postgres. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '../core/errors.ts';
import type { DataContext } from './database.ts';
import { isMissing } from './file-tree.ts';

export type Tool = 'pg_dump' | 'pg_restore';

/** Debian and Ubuntu keep the programs of each major version here, mostly outside of PATH. */
const VERSIONS = '/usr/lib/postgresql';

async function installedMajors(): Promise<number[]> {
  try {
    const names = await readdir(VERSIONS);
    return names
      .map(Number)
      .filter(Number.isInteger)
      .sort((a, b) => a - b);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** The programs that fit a server of this major version best: its own, or newer; a dump by an older one is refused by itself. */
async function candidates(tool: Tool, serverMajor: number): Promise<string[]> {
  const majors = await installedMajors();
  const fitting = majors.filter((major) => major >= serverMajor);
  return [...fitting.map((major) => join(VERSIONS, String(major), 'bin', tool)), tool];
}

export interface ToolRun {
  readonly tool: Tool;
  readonly serverMajor: number;
  readonly args: readonly string[];
  /** Connection and password; see `toolEnvironment`. */
  readonly env: Readonly<Record<string, string>>;
}

/** Runs a program to its end; its stdout. @throws Problem TOOL_MISSING, DATA_FAILED with its last lines */
export async function runTool(ctx: DataContext, { tool, serverMajor, args, env }: ToolRun): Promise<string> {
  for (const program of await candidates(tool, serverMajor)) {
    const result = await ctx.exec([program, ...args], { env, signal: ctx.signal });
    if (result.ended === 'not-found') continue;
    ctx.signal.throwIfAborted();
    if (result.ended === 'exit' && result.code === 0) return result.stdout;
    const full = /No space left on device|disk full/i.test(result.stderr);
    throw new Problem(full ? 'NO_ROOM' : 'DATA_FAILED', `${tool} failed`, {
      why: result.stderr.trim().split('\n').at(0) || `it ended with ${result.code ?? result.ended}`,
      details: result.tail,
      retry: 'after-change',
    });
  }
  throw new Problem('TOOL_MISSING', `${tool} is not installed here`, {
    why: `it is neither in PATH nor below ${VERSIONS} in a version that fits server ${serverMajor}`,
    next: `apt-get install postgresql-client-${serverMajor}`,
    retry: 'after-change',
  });
}
