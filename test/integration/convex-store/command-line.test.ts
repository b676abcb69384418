/** Whole deployments with lock, journal and log in Convex: the command line from source, as another machine would run it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { execa } from 'execa';
import { callComponent, type ComponentServer, serveComponent } from './component-server.ts';

const MAIN = resolve(import.meta.dirname, '../../../src/cli/main.ts');
const JITI = resolve(import.meta.dirname, '../../../node_modules/jiti/lib/jiti-register.mjs');
let server: ComponentServer;
let folder: string;

beforeAll(async () => {
  server = await serveComponent();
  folder = mkdtempSync(join(tmpdir(), 'belay-convex-command-'));
  const store = `{ type: convex, url: "${server.url}", adminKey: { secret: CONVEX_KEY } }`;
  configure(`app: shop\nstore: ${store}\n`, ', fail: activate');
  await git('init', '-q');
  await git('add', '.');
  await git('commit', '-qm', 'Begin');
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const git = (...args: string[]) =>
  execa('git', ['-c', 'user.name=mia', '-c', 'user.email=mia@example.com', ...args], { cwd: folder });

let head = '';
function configure(top: string, more: string): void {
  head = top;
  const targets = `{ web: { type: noop }, api: { type: noop${more} } }`;
  writeFileSync(
    join(folder, 'belay.yml'),
    `${head}defaults: { bake: { time: 0s } }\nenvironments:\n  production:\n    targets: ${targets}\n`,
  );
}

const belay = (...args: string[]) =>
  execa(process.execPath, ['--import', JITI, MAIN, ...args], {
    cwd: folder,
    reject: false,
    extendEnv: false,
    env: { PATH: process.env['PATH'], HOME: folder, CONVEX_KEY: server.adminKey },
    timeout: 120_000,
  });

const log = async () => (await callComponent(server.component, 'log:list', {})) as Record<string, unknown>[];

test('a deployment that goes back, one that commits, and the audit of both', async () => {
  const failed = await belay('deploy', '--env', 'production', '--json');
  expect(failed.exitCode).toBe(5);
  expect((await log()).map(({ status }) => status)).toEqual(['rolled back']);

  configure(head, '');
  await git('commit', '-qam', 'Mend it');
  const { stdout: commit } = await git('rev-parse', 'HEAD');
  const committed = await belay('deploy', '--env', 'production', '--json');
  expect(committed.exitCode).toBe(0);
  const [newest, ...older] = await log();
  expect(newest).toMatchObject({ environment: 'production', commitSha: commit, status: 'success' });
  expect(older).toHaveLength(1);

  const audit = await belay('audit', 'verify', '--env', 'production');
  expect(audit.exitCode).toBe(0);
  const status = await belay('status', '--env', 'production', '--json');
  expect(status.stdout).toContain(commit);
  const printed = [failed, committed, audit, status].map(({ stdout, stderr }) => stdout + stderr).join('');
  expect(printed).not.toContain(server.adminKey);
});

test('the lock is held from any machine', async () => {
  const request = {
    environment: 'production',
    nonce: 'elsewhere',
    holder: '{"user":"ben","host":"ci","bootId":"b","pid":1,"pidStart":"1","tool":"belay"}',
    ttlMs: 60_000,
  };
  await callComponent(server.component, 'leases:acquire', request);
  const refused = await belay('deploy', '--env', 'production', '--lock-wait', '0s');
  expect(refused.exitCode).toBe(4);
  expect(refused.stderr).toContain('ben');
});

test('where the component answers already, `belay store init` pushes nothing', async () => {
  const made = await belay('store', 'init', '--json');
  expect(made.exitCode).toBe(0);
  expect(JSON.parse(made.stdout)).toEqual({ where: new URL(server.url).host, changed: false });
});
