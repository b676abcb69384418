/** Starts a real Postgres on a loopback port, in a temporary data directory, durable as in production. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 20_000;

export interface PostgresOptions {
  /** Name of the database in the url; made when it is not `postgres`. */
  readonly database?: string;
  /** More settings, as `name=value`. */
  readonly settings?: readonly string[];
}

export interface RunningPostgres {
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  /** Fast shutdown; removes the data directory. */
  stop(): Promise<void>;
  /** SIGKILL to the postmaster and all of its children, as a power cut would end them. */
  kill(): void;
  /** Starts again on the same port and data, after `kill`. */
  start(): Promise<void>;
}

/** The directory of the newest installed server's programs, or null. */
export function postgresInstalled(): string | null {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return null;
  const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a));
  return versions.map((version) => join(root, version, 'bin')).find((bin) => existsSync(join(bin, 'initdb'))) ?? null;
}

interface Identity {
  readonly uid?: number;
  readonly gid?: number;
}

/** The server refuses to run as root; Debian's package brings the user `postgres`. */
function serverUser(): Identity {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === 'string') throw new Error('no free loopback port');
  return address.port;
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function sigkill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // already gone
  }
}

class Cluster {
  readonly dataDir: string;
  readonly port: number;
  readonly #bin: string;
  readonly #user: Identity;
  readonly #settings: readonly string[];
  #server: ChildProcess | null = null;
  #ended: Promise<void> = Promise.resolve();
  #log = '';

  constructor(bin: string, port: number, settings: readonly string[]) {
    this.#bin = bin;
    this.port = port;
    this.#settings = settings;
    this.#user = serverUser();
    this.dataDir = mkdtempSync(join(tmpdir(), 'belay-pg-'));
    if (this.#user.uid !== undefined && this.#user.gid !== undefined) {
      chownSync(this.dataDir, this.#user.uid, this.#user.gid);
    }
    const init = ['-D', this.dataDir, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
    this.#run('initdb', init);
  }

  #run(program: string, args: readonly string[]): string {
    return execFileSync(join(this.#bin, program), args, {
      ...this.#user,
      cwd: this.dataDir,
      env: { PATH: '/usr/bin:/bin', LANG: 'C' },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  async start(): Promise<void> {
    // A killed postmaster that is not yet reaped would make the new one refuse its data directory.
    await this.#ended;
    const settings = [
      `port=${this.port}`,
      'listen_addresses=127.0.0.1',
      `unix_socket_directories=${this.dataDir}`,
      'shared_buffers=16MB',
      'max_connections=60',
      'autovacuum=off',
      ...this.#settings,
    ];
    const args = ['-D', this.dataDir, ...settings.flatMap((setting) => ['-c', setting])];
    const server = spawn(join(this.#bin, 'postgres'), args, {
      ...this.#user,
      cwd: this.dataDir,
      env: { PATH: '/usr/bin:/bin', LANG: 'C' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#server = server;
    this.#ended = new Promise((resolve) => server.once('exit', () => resolve()));
    server.stderr.on('data', (text: Buffer) => (this.#log = (this.#log + text.toString()).slice(-8_000)));
    const deadline = Date.now() + START_LIMIT_MS;
    while (!this.#answers()) {
      if (server.exitCode !== null || server.signalCode !== null || Date.now() > deadline) {
        throw new Error(`Postgres did not start:\n${this.#log}`);
      }
      await delay(30);
    }
  }

  #answers(): boolean {
    try {
      this.#run('pg_isready', ['-q', '-h', '127.0.0.1', '-p', String(this.port), '-U', 'postgres', '-d', 'postgres']);
      return true;
    } catch {
      return false;
    }
  }

  createDatabase(name: string): void {
    this.#run('createdb', ['-h', '127.0.0.1', '-p', String(this.port), '-U', 'postgres', name]);
  }

  kill(): void {
    const pid = this.#server?.pid;
    if (pid === undefined) return;
    const family = [...childrenOf(pid), pid];
    for (const member of family) sigkill(member);
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server && server.exitCode === null && server.signalCode === null) {
      server.kill('SIGINT');
      const timer = setTimeout(() => server.kill('SIGKILL'), STOP_LIMIT_MS);
      await this.#ended;
      clearTimeout(timer);
    }
    rmSync(this.dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A cluster of its own, ready to be connected to as `postgres` without a password. Takes 1–3 s. */
export async function startPostgres(options: PostgresOptions = {}): Promise<RunningPostgres> {
  const bin = postgresInstalled();
  if (bin === null) throw new Error('Postgres is not installed under /usr/lib/postgresql');
  const database = options.database ?? 'postgres';
  const cluster = new Cluster(bin, await freePort(), options.settings ?? []);
  try {
    await cluster.start();
    if (database !== 'postgres') cluster.createDatabase(database);
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return {
    url: `postgres://postgres@127.0.0.1:${cluster.port}/${database}`,
    port: cluster.port,
    dataDir: cluster.dataDir,
    stop: () => cluster.stop(),
    kill: () => cluster.kill(),
    start: () => cluster.start(),
  };
}
