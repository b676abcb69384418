/** Starts Debian's HAProxy in front of two servers, with its stats socket and its statistics page. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './postgres.ts';
import { until } from './until.ts';

const BINARY = '/usr/sbin/haproxy';

export interface RunningHaproxy {
  readonly origin: string;
  readonly socket: string;
  /** Statistics as CSV; wants the user `stats` with the password given. */
  readonly csv: string;
  /** Ends it; the numbers of the next process begin at zero. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Requests choose their server by the header `x-to: canary`, else get `stable`. */
export async function startHaproxy(
  ports: { canary: number; stable: number },
  password: string,
): Promise<RunningHaproxy> {
  if (!existsSync(BINARY)) throw new Error('HAProxy is not installed: apt-get install haproxy');
  const folder = mkdtempSync(join(tmpdir(), 'belay-haproxy-'));
  const [front, page] = [await freePort(), await freePort()];
  const socket = join(folder, 'admin.sock');
  writeFileSync(
    join(folder, 'haproxy.cfg'),
    `global
  stats socket ${socket} mode 600 level operator
defaults
  mode http
  timeout connect 500ms
  timeout client 5s
  timeout server 2s
  retries 0
frontend public
  bind 127.0.0.1:${front}
  default_backend shop
backend shop
  use-server canary if { req.hdr(x-to) canary }
  use-server stable if !{ req.hdr(x-to) canary }
  server stable 127.0.0.1:${ports.stable}
  server canary 127.0.0.1:${ports.canary}
listen page
  bind 127.0.0.1:${page}
  stats enable
  stats uri /stats
  stats auth stats:${password}
`,
  );
  let child: ChildProcess | null = null;
  const origin = `http://127.0.0.1:${front}`;
  const csv = `http://127.0.0.1:${page}/stats;csv`;
  const kill = async () => {
    if (child) await end(child);
    child = null;
    rmSync(socket, { force: true });
  };
  const start = async () => {
    child = spawn(BINARY, ['-db', '-f', join(folder, 'haproxy.cfg')], { stdio: 'ignore' });
    await until('HAProxy listens', async () => (await fetch(csv).catch(() => null))?.status === 401);
  };
  await start();
  return {
    origin,
    socket,
    csv,
    kill,
    start,
    async stop() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}
