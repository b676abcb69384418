/** A home with a real daemon under a real guardian, and everything it has started ended afterwards. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, vi } from 'vitest';
import { callDaemon } from '../../../src/daemon/call.ts';
import { clientOf, connectDaemon } from '../../../src/daemon/client.ts';
import { daemonAddress } from '../../../src/daemon/address.ts';
import type { DaemonState } from '../../../src/daemon/daemon-state.ts';
import type { AppState, DaemonClient, DaemonInfo, ProcessSpec } from '../../../src/daemon/protocol.ts';
import { daemonLog } from '../../../src/daemon/run.ts';
import { DAEMON_NODE_FLAGS, spawnDaemon } from '../../../src/daemon/spawn.ts';
import type { RestartPolicy } from '../../../src/daemon/supervised-process.ts';
import type { Fence } from '../../../src/stores/store.ts';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const ENTRY = await buildEntry();
const POLICY: RestartPolicy = { firstDelayMs: 50, maxDelayMs: 1_000, maxEnds: 4, windowMs: 60_000 };

export const fence = (token = 1, nonce = `nonce-${token}`): Fence => ({ environment: 'production', token, nonce });

/** One JavaScript file, as the shipped program is: starts at once, and uses the memory that users will see. */
async function buildEntry(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'belay-entry-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  await build({
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true },
    build: {
      ssr: join(FOLDER, 'entry.ts'),
      outDir: folder,
      rollupOptions: { output: { entryFileNames: 'entry.mjs' } },
    },
  });
  return join(folder, 'entry.mjs');
}

export interface DaemonHome {
  readonly home: string;
  readonly socketBase: string;
  readonly address: string;
  /** Guardians started so far. */
  readonly guardians: number[];
  connect(): Promise<DaemonClient>;
  /** A client that starts nothing. */
  client(): DaemonClient;
  state(): DaemonState;
  log(): string;
  /** Ends daemon, guardians and applications by their pids. */
  close(): Promise<void>;
}

export function makeDaemonHome(): DaemonHome {
  const root = mkdtempSync(join(tmpdir(), 'belay-home-'));
  const socketBase = mkdtempSync(join(tmpdir(), 'belay-sock-'));
  const home = join(root, 'daemon');
  const address = daemonAddress(home, socketBase);
  const guardians: number[] = [];
  const state = () => JSON.parse(readFileSync(join(home, 'state.json'), 'utf8')) as DaemonState;
  const spawn = () => {
    const argv = [process.execPath, ...DAEMON_NODE_FLAGS, ENTRY, home, socketBase, JSON.stringify(POLICY)];
    const pid = spawnDaemon({ home, argv, logFile: daemonLog(home), env: { PATH: process.env['PATH'] ?? '' } });
    if (pid !== undefined) guardians.push(pid);
  };
  return {
    home,
    socketBase,
    address,
    guardians,
    connect: () => connectDaemon({ home, socketBase, version: '0.1.0', limitMs: 20_000, spawn }),
    client: () => clientOf(address),
    state,
    log: () => readFileSync(daemonLog(home), 'utf8'),
    async close() {
      const applications = recordedPids(state);
      for (const pid of guardians) kill(pid);
      const own = guardianOf(home);
      const daemon = (await callDaemon(address, 'info', {}, { graceMs: 0 }).catch(() => null)) as DaemonInfo | null;
      if (daemon) kill(daemon.pid);
      // A daemon that had time to notice has put another one around itself.
      for (const pid of [own, guardianOf(home)]) if (pid !== null) kill(pid);
      for (const pid of applications) kill(-pid);
      await gone([...guardians, ...(daemon ? [daemon.pid] : [])]);
      rmSync(root, { recursive: true, force: true });
      rmSync(socketBase, { recursive: true, force: true });
    },
  };
}

/** Who guards the daemon by its own word; null before there was one. */
export function guardianOf(home: string): number | null {
  try {
    return Number(readFileSync(join(home, 'guardian.pid'), 'utf8')) || null;
  } catch {
    return null;
  }
}

function recordedPids(state: () => DaemonState): number[] {
  try {
    const processes = Object.values(state().apps).flatMap((app) => app.processes);
    return processes.flatMap(({ identity }) => (identity ? [identity.pid] : []));
  } catch {
    // The daemon never came up.
    return [];
  }
}

/** A negative pid means its group. */
export function kill(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Already gone.
  }
}

export function lives(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
  } catch {
    return false;
  }
}

export async function gone(pids: readonly number[]): Promise<void> {
  await until('processes are gone', () => pids.every((pid) => !lives(pid)));
}

export async function until(what: string, look: () => boolean | Promise<boolean>, timeout = 20_000): Promise<void> {
  await vi.waitFor(
    async () => {
      if (!(await look())) throw new Error(`not in time: ${what}`);
    },
    { timeout, interval: 20 },
  );
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** How to run the fixture application. `mode`: `normal`, `exits` at once, `stubborn` about SIGTERM. */
export async function appSpec(
  { home }: DaemonHome,
  release: string,
  changes: Partial<ProcessSpec> & { mode?: string } = {},
): Promise<ProcessSpec> {
  const { mode = 'normal', ...rest } = changes;
  const port = rest.port ?? (await freePort());
  return {
    release,
    cwd: FOLDER,
    command: 'node fixture-app.mjs',
    env: { PATH: process.env['PATH'] ?? '', PORT: String(port), RELEASE: release, MODE: mode },
    port,
    logFile: join(home, 'logs', `${release}.log`),
    drainMs: 5_000,
    streamsMs: 200,
    killAfterMs: 1_000,
    ...rest,
  };
}

export async function stateOf(client: DaemonClient, app: string): Promise<AppState> {
  const state = await client.app(app);
  if (!state) throw new Error(`The daemon knows no ${app}.`);
  return state;
}

export async function processOf(client: DaemonClient, app: string, release: string) {
  const found = (await stateOf(client, app)).processes.find((process) => process.release === release);
  if (!found) throw new Error(`The daemon knows no ${release} of ${app}.`);
  return found;
}

/** Starts releases, waits until they listen, opens the public port and gives the first all traffic. */
export async function goLive(
  daemon: DaemonHome,
  client: DaemonClient,
  app: string,
  releases: string[],
): Promise<string> {
  for (const release of releases) {
    const spec = await appSpec(daemon, release);
    await client.start(app, fence(), spec);
    await until(`${release} listens`, () =>
      fetch(`http://127.0.0.1:${spec.port}/`).then(
        (r) => r.ok,
        () => false,
      ),
    );
  }
  const port = await freePort();
  await client.listen(app, fence(), { host: '127.0.0.1', port });
  await client.route(app, fence(), { [releases[0] ?? '']: 1 });
  return `http://127.0.0.1:${port}`;
}
