/** Code of the application, run in a process of its own: without the environment, within a time and a memory limit. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createExec, type ExecResult } from '../util/exec.ts';
import { readJson } from './convex-files.ts';

export interface GuestLimits {
  readonly limitMs: number;
  /** Of the JavaScript heap. */
  readonly memoryMb: number;
  readonly signal?: AbortSignal | undefined;
  /** Where the temporary folder is made, and removed again. */
  readonly scratch?: string | undefined;
}

export interface GuestRun {
  readonly result: ExecResult;
  /** What the program wrote; undefined when it ended before. */
  readonly answer: unknown;
}

/** @param program CommonJS; its arguments are the path of jiti, `entry`, and the file for its answer */
export async function runGuest(program: string, entry: string, limits: GuestLimits): Promise<GuestRun> {
  const { limitMs, memoryMb, signal, scratch: root = tmpdir() } = limits;
  const scratch = await mkdtemp(join(root, 'belay-schema-'));
  try {
    const file = join(scratch, 'evaluate.cjs');
    const answer = join(scratch, 'answer.json');
    await writeFile(file, program);
    const jiti = createRequire(import.meta.url).resolve('jiti');
    const argv = [process.execPath, `--max-old-space-size=${memoryMb}`, file, jiti, entry, answer] as const;
    const result = await createExec({})(argv, { cwd: scratch, limitMs, ...(signal ? { signal } : {}) });
    return { result, answer: existsSync(answer) ? await readJson(answer) : undefined };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
