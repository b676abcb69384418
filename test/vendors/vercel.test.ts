/** The `vercel` command line drives the emulator; what it asks for is the record that our adapter is compared with. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startVercelEmulator, type VercelEmulator } from '../../src/emulators/vercel/emulator.ts';
import { type Asked, normalise } from './recorded-requests.ts';

const FIXTURE = join(import.meta.dirname, '../fixtures/vercel-cli-requests.json');
const COMMAND_LIMIT_MS = 60_000;
const program = join(process.env['BELAY_VENDORS'] ?? '', 'vercel/dist/vc.js');

const recorded: Record<string, readonly Asked[]> = {};
let vercel: VercelEmulator;
let project = { id: '', productionUrl: '' };
let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'belay-vercel-cli-'));
  mkdirSync(join(folder, 'home'));
  mkdirSync(join(folder, 'app'));
  vercel = await startVercelEmulator();
  project = await vercel.createProject({ name: 'shop' });
});
afterAll(async () => {
  await vercel.close();
  rmSync(folder, { recursive: true, force: true });
});

function writeOutput(text: string): void {
  mkdirSync(join(folder, 'app/.vercel/output/static'), { recursive: true });
  writeFileSync(join(folder, 'app/.vercel/output/config.json'), '{"version":3}');
  writeFileSync(join(folder, 'app/.vercel/output/static/index.html'), text);
}

/** Runs a command to its end, and keeps under its name what it asked for. */
async function run(name: string, ...args: readonly string[]): Promise<string> {
  const from = vercel.requests.length;
  const child = spawn(process.execPath, [program, ...args, '--api', vercel.url], {
    cwd: join(folder, 'app'),
    env: {
      PATH: process.env['PATH'],
      // Not the folder itself: it refuses to deploy a home.
      HOME: join(folder, 'home'),
      CI: '1',
      NO_COLOR: '1',
      NO_UPDATE_NOTIFIER: '1',
      VERCEL_ORG_ID: vercel.teamId,
      VERCEL_PROJECT_ID: project.id,
      VERCEL_TELEMETRY_DISABLED: '1',
      VERCEL_TOKEN: vercel.token,
    },
    // It asks its questions of whatever stdin is open.
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: COMMAND_LIMIT_MS,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += String(data)));
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect(code, said).toBe(0);
  recorded[name] = normalise(vercel.requests.slice(from));
  return said;
}

const visitor = async () => (await (await fetch(project.productionUrl)).text()).trim();
const newest = () =>
  vercel.requests.findLast(({ path }) => /deployments\/dpl_\w+/.test(path))?.path.match(/dpl_\w+/)?.[0] ?? '';

let first = '';
let second = '';

test('deploy --prebuilt --prod goes live', async () => {
  await run('whoami', 'whoami');
  writeOutput('first');
  await run('deploy', 'deploy', '--prebuilt', '--prod', '--yes');
  first = newest();
  expect(vercel.production(project.id)).toEqual({ live: first });
  expect(await visitor()).toBe('first');
});

test('deploy --skip-domain stages, promote makes it live, rollback brings the other back', async () => {
  writeOutput('second');
  await run('deploy staged', 'deploy', '--prebuilt', '--prod', '--skip-domain', '--yes');
  second = newest();
  expect(await visitor()).toBe('first');
  expect(await run('promote', 'promote', second, '--yes')).toContain('was promoted to');
  expect(await visitor()).toBe('second');
  expect(await run('rollback', 'rollback', first, '--yes')).toContain('was rolled back to');
  expect(await visitor()).toBe('first');
});

test('ls and inspect tell what there is', async () => {
  expect(await run('ls', 'ls')).toMatch(/● Ready +Production/);
  expect(await run('inspect', 'inspect', second)).toContain(second);
});

test('env add, ls and rm', async () => {
  await run('env add', 'env', 'add', 'GREETING', 'production', '--value', 'hello', '--yes');
  expect(await run('env ls', 'env', 'ls')).toContain('GREETING');
  await run('env rm', 'env', 'rm', 'GREETING', 'production', '--yes');
});

test('a rolling release is configured, started, approved, aborted; another completed', async () => {
  await run(
    'rolling configure',
    'rolling-release',
    'configure',
    '--enable',
    '--advancement-type=manual-approval',
    '--stage=10',
    '--stage=50',
  );
  await run('rolling start', 'rolling-release', 'start', '--dpl', second, '--yes');
  expect(vercel.production(project.id)).toEqual({ live: first, canary: { id: second, percentage: 10 } });
  await run('rolling fetch', 'rolling-release', 'fetch');
  await run('rolling approve', 'rolling-release', 'approve', '--dpl', second, '--currentStageIndex=0');
  expect(vercel.production(project.id)).toEqual({ live: first, canary: { id: second, percentage: 50 } });
  await run('rolling abort', 'rolling-release', 'abort', '--dpl', first);
  await expect.poll(() => vercel.production(project.id)).toEqual({ live: first });
  await run('rolling start', 'rolling-release', 'start', '--dpl', second, '--yes');
  await run('rolling complete', 'rolling-release', 'complete', '--dpl', second);
  expect(vercel.production(project.id)).toEqual({ live: second });
  await run('rolling disable', 'rolling-release', 'configure', '--disable');
});

test('it asked what it asked when it was recorded', () => {
  if (process.env['BELAY_RECORD'] === '1') writeFileSync(FIXTURE, `${JSON.stringify(recorded, null, 2)}\n`);
  expect(recorded).toEqual(JSON.parse(readFileSync(FIXTURE, 'utf8')));
});
