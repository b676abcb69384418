/** Kills work on protected data at an instant of choice. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll } from 'vitest';
import { build } from 'vite';
import type { Job } from './data-process.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** The program in one plain file, which starts within the blink that transpiling at each start would not. */
async function buildProgram(): Promise<string> {
  // Inside the project, so that it finds the packages.
  const outDir = await mkdtemp(join(ROOT, 'node_modules', '.belay-crash-'));
  afterAll(() => rm(outDir, { recursive: true, force: true }));
  await build({
    configFile: false,
    root: ROOT,
    logLevel: 'error',
    build: { ssr: join(import.meta.dirname, 'data-process.ts'), outDir, minify: false },
  });
  return join(outDir, 'data-process.js');
}

const program = await buildProgram();

/** Runs a job; SIGKILL `killAfterMs` after it began. Returns how long it ran, and whether it was killed. */
export async function runJob(job: Job, killAfterMs: number | null): Promise<{ killed: boolean; ms: number }> {
  const child = spawn(process.execPath, [program, JSON.stringify(job)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const ended = new Promise<NodeJS.Signals | number | null>((resolve) =>
    child.once('close', (code, signal) => resolve(signal ?? code)),
  );
  await Promise.race([new Promise((resolve) => child.stdout.once('data', resolve)), ended]);
  const began = performance.now();
  if (killAfterMs !== null) {
    await Promise.race([delay(killAfterMs), ended]);
    child.kill('SIGKILL');
  }
  const how = await ended;
  if (how !== 0 && how !== 'SIGKILL') throw new Error(`${job.action} ended with ${how}: ${errors}`);
  return { killed: how === 'SIGKILL', ms: performance.now() - began };
}

/** Instants spread over the length of a job, a little shifted at random so that runs differ. */
export function instants(count: number, lengthMs: number): number[] {
  return Array.from({ length: count }, (_none, index) => ((index + Math.random()) / count) * lengthMs);
}
