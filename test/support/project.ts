/** A scratch project in a temporary git repository, driven through the built command line as a person would. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { killHard, processesIn } from './processes.ts';
import { until } from './until.ts';

export const BELAY = fileURLToPath(new URL('../../bin/belay.js', import.meta.url));

export interface Ran {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly ended: Promise<Ran>;
  /** What was printed on standard error so far. */
  stderr(): string;
  /** Resolves when standard error holds this text. @throws when the process ends before, or after 30 s */
  saw(text: string): Promise<void>;
}

export interface ScratchProject {
  readonly folder: string;
  run(...args: readonly string[]): Promise<Ran>;
  git(...args: readonly string[]): string;
  /** The last line of standard output, parsed. */
  json<T>(...args: readonly string[]): Promise<T>;
  start(
    args: readonly string[],
    options?: { readonly prefix?: readonly string[]; readonly env?: NodeJS.ProcessEnv },
  ): Running;
  /** Writes files and commits them; returns the commit. */
  commit(subject: string, files?: Readonly<Record<string, string>>): string;
  write(path: string, text: string): void;
  read(path: string): string;
  /** Stops the daemon, if there is one, and removes everything. */
  dispose(): Promise<void>;
}

const SEE_LIMIT_MS = 30_000;

/** Only what a command needs: a secret or a CI variable of the machine must not decide a test. */
function environment(extra: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH, HOME, ...(TMPDIR ? { TMPDIR } : {}), LANG: 'C.UTF-8', BELAY_USER: 'mia', ...extra };
}

export function createProject(files: Readonly<Record<string, string>>, env: NodeJS.ProcessEnv = {}): ScratchProject {
  const folder = mkdtempSync(join(tmpdir(), 'belay-e2e-'));
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=Mia', '-c', 'user.email=mia@shop.example', ...args], {
      encoding: 'utf8',
    }).trim();
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const start: ScratchProject['start'] = (args, options = {}) => {
    const [program = '', ...rest] = [...(options.prefix ?? []), process.execPath, BELAY, ...args];
    const child = spawn(program, rest, {
      cwd: folder,
      env: environment({ ...env, ...options.env }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return follow(child);
  };
  const run: ScratchProject['run'] = (...args) => start(args).ended;
  git('init', '--quiet', '--initial-branch=main');
  write('.gitignore', '.belay/\n');
  const project: ScratchProject = {
    folder,
    run,
    git,
    start,
    write,
    async json(...args) {
      const { stdout, stderr } = await run(...args, '--json');
      const line = stdout.trim().split('\n').at(-1) ?? '';
      if (!line.startsWith('{') && !line.startsWith('['))
        throw new Error(`no JSON from belay ${args.join(' ')}:\n${stdout}${stderr}`);
      return JSON.parse(line);
    },
    commit(subject, more = {}) {
      for (const [path, text] of Object.entries(more)) write(path, text);
      git('add', '--all');
      git('commit', '--quiet', '--allow-empty', '--message', subject);
      return git('rev-parse', 'HEAD');
    },
    read: (path) => readFileSync(join(folder, path), 'utf8'),
    async dispose() {
      if (existsSync(join(folder, '.belay', 'daemon'))) await run('daemon', 'stop');
      for (const pid of processesIn(folder)) killHard(pid);
      await until('nothing works in the project any more', () => processesIn(folder).length === 0);
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    },
  };
  project.commit('first', files);
  return project;
}

function follow(child: ChildProcess): Running {
  let stdout = '';
  let stderr = '';
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const look of waiting) look();
  };
  child.stdout?.on('data', (text: Buffer) => (stdout += text.toString()));
  child.stderr?.on('data', (text: Buffer) => {
    stderr += text.toString();
    wake();
  });
  const ended = new Promise<Ran>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({ code, signal, stdout, stderr });
      wake();
    });
  });
  return {
    child,
    pid: child.pid ?? -1,
    ended,
    stderr: () => stderr,
    saw: (text) =>
      new Promise((resolve, reject) => {
        const done = (outcome: () => void) => {
          clearTimeout(timer);
          waiting.delete(look);
          outcome();
        };
        const look = () => {
          if (stderr.includes(text)) done(resolve);
          else if (child.exitCode !== null || child.signalCode !== null)
            done(() => reject(new Error(`ended without "${text}":\n${stderr}`)));
        };
        const timer = setTimeout(
          () => done(() => reject(new Error(`no "${text}" in ${SEE_LIMIT_MS} ms:\n${stderr}`))),
          SEE_LIMIT_MS,
        );
        waiting.add(look);
        look();
      }),
  };
}

/** Three targets that do nothing but remember. */
export const NOOP_CONFIG = `app: shop
environments:
  production:
    targets:
      api: { type: noop }
      web: { type: noop }
      jobs: { type: noop }
    bake: { time: 0s, triggers: [] }
`;
