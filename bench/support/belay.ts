/** Belay as a user has it, in a scratch project: a copy of what was built, so that a build meanwhile disturbs nothing. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Attempt {
  readonly code: number | null;
  /** Of both streams. */
  readonly output: string;
}

export interface BelayProject {
  readonly folder: string;
  /** The program file, to be run by node. */
  readonly belay: string;
  readonly env: NodeJS.ProcessEnv;
  /** Runs a command to its end. @throws when it fails */
  run(...args: readonly string[]): string;
  /** Runs a command while this process goes on working, however it ends. */
  attempt(...args: readonly string[]): Promise<Attempt>;
  /** The same. @throws when it fails */
  running(...args: readonly string[]): Promise<string>;
  commit(files: Readonly<Record<string, string>>): void;
  dispose(): void;
}

/** `npm run build` must have been run. */
function install(folder: string): string {
  if (!existsSync(join(ROOT, 'dist/.build'))) throw new Error('There is no dist: run `npm run build` first.');
  for (const part of ['bin', 'dist', 'package.json']) cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return join(folder, 'bin/belay.js');
}

/** Only what a command needs: a variable of the machine must not decide a measurement. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env;
  return { PATH, HOME, LANG: 'C.UTF-8', BELAY_USER: 'mia' };
}

export function createBelayProject(files: Readonly<Record<string, string>>): BelayProject {
  const top = mkdtempSync(join(tmpdir(), 'belay-bench-'));
  const folder = join(top, 'project');
  mkdirSync(folder);
  const belay = install(top);
  const env = cleanEnvironment();
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=Mia', '-c', 'user.email=mia@shop.example', ...args], { cwd: folder, env });
  const project: BelayProject = {
    folder,
    belay,
    env,
    run(...args) {
      const { status, stdout, stderr } = spawnSync(process.execPath, [belay, ...args], {
        cwd: folder,
        env,
        encoding: 'utf8',
      });
      if (status !== 0) throw new Error(`belay ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
      return stdout;
    },
    attempt(...args) {
      const child = spawn(process.execPath, [belay, ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
      const parts: Buffer[] = [];
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => parts.push(part));
      return new Promise((resolve, reject) => {
        child.once('error', reject);
        child.once('close', (code) => resolve({ code, output: Buffer.concat(parts).toString() }));
      });
    },
    async running(...args) {
      const { code, output } = await project.attempt(...args);
      if (code === 0) return output;
      throw new Error(`belay ${args.join(' ')} ended with ${code}:\n${output}`);
    },
    commit(more) {
      for (const [path, text] of Object.entries(more)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
      git('add', '--all');
      git('commit', '--quiet', '--message', 'a change');
    },
    dispose() {
      if (existsSync(join(folder, '.belay/daemon'))) project.run('daemon', 'stop');
      rmSync(top, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    },
  };
  git('init', '--quiet', '--initial-branch=main');
  project.commit({ '.gitignore': '.belay/\n', ...files });
  return project;
}

/** Targets that do nothing but remember. */
export function noopConfig(targets: readonly string[]): string {
  const lines = targets.map((name) => `      ${name}: { type: noop }`);
  return `app: shop
environments:
  production:
    targets:
${lines.join('\n')}
    bake: { time: 0s, triggers: [] }
`;
}
