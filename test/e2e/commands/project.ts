/** A project in a temporary git repository, and the built command line as a user runs it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type AppRepository, createRepository, type Files } from '../../fixtures/apps/app-repository.ts';

const BIN = join(import.meta.dirname, '../../../bin/belay.js');

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ran>;
  /** Standard output and error so far. */
  seen(): string;
}

export interface TestProject extends AppRepository {
  start(...args: readonly string[]): Running;
  belay(...args: readonly string[]): Promise<Ran>;
  /** The object that `--json` printed; fails unless the exit code is the expected one. */
  json<T>(code: number, ...args: readonly string[]): Promise<T>;
  dispose(): void;
}

export const NOOP_CONFIG = `
app: shop
defaults: { bake: { time: 0s } }
environments:
  staging:
    targets: { web: { type: noop } }
  production:
    targets: { web: { type: noop }, api: { type: noop } }
`;

export function createProject(files: Files, env: Readonly<Record<string, string>> = {}): TestProject {
  const home = mkdtempSync(join(tmpdir(), 'belay-commands-'));
  const repository = createRepository(join(home, 'shop'));
  repository.commit({ '.gitignore': '.belay/\n', ...files }, 'first');
  // Nothing of the surroundings of the tests: no CI, no environment, a plain terminal of 80 columns.
  const { PATH, HOME } = process.env;
  const clean = { PATH, HOME, LANG: 'C.UTF-8', BELAY_USER: 'mia', ...env };
  const start = (...args: readonly string[]): Running => {
    const child = spawn(process.execPath, [BIN, ...args], {
      cwd: repository.path,
      env: clean,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const ended = new Promise<Ran>((resolve, reject) => {
      child.once('error', reject).once('close', (code) => resolve({ code, stdout, stderr }));
    });
    return { child, ended, seen: () => stdout + stderr };
  };
  const belay = (...args: readonly string[]) => start(...args).ended;
  return {
    ...repository,
    start,
    belay,
    async json(code, ...args) {
      const ran = await belay(...args, '--json');
      if (ran.code !== code)
        throw new Error(`belay ${args.join(' ')} ended with ${ran.code}, not ${code}:\n${ran.stdout}\n${ran.stderr}`);
      return JSON.parse(ran.stdout);
    },
    dispose: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** Waits for a state, never for a time. */
export async function until(what: string, is: () => boolean | Promise<boolean>, limitMs = 20_000): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await is())) {
    if (performance.now() > deadline) throw new Error(`waited ${limitMs} ms for ${what}`);
    await delay(50);
  }
}

/** The longest line, in characters as shown. */
export function widest(text: string): number {
  return Math.max(...text.split('\n').map((line) => line.length));
}
