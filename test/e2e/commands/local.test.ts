/** Commands that need a real process behind a target: logs, check over HTTP, snapshots of data. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CheckResult } from '../../../src/checks/check.ts';
import type { SnapshotRow } from '../../../src/core/views.ts';
import { createProject, type TestProject, until } from './project.ts';

const SERVER = `
const http = require('node:http');
http.createServer((request, response) => {
  console.log('asked for ' + request.url);
  response.statusCode = request.url === '/broken' ? 500 : 200;
  response.end('ok');
}).listen(process.env.PORT, '127.0.0.1');
`;

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

let project: TestProject;
let port: number;
const data = () => join(project.path, '../data');

const config = (path: string) => `
app: shop
environments:
  production:
    strategy: recreate
    bake: { time: 0s }
    checks: { http: [{ name: page, path: ${path} }] }
    targets:
      web: { type: local, start: node server.js, port: ${port}, data: { type: directory, path: ../data } }
`;

beforeAll(async () => {
  port = await freePort();
  project = createProject({ 'server.js': SERVER, 'belay.yml': config('/fine') });
  mkdirSync(data());
  writeFileSync(join(data(), 'orders.txt'), 'one');
  await project.json(0, 'deploy');
});
afterAll(async () => {
  await project.belay('daemon', 'stop');
  project.dispose();
});

const visit = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text();

test('logs shows the newest lines, and follows', async () => {
  await visit('/first');
  const lines = async () => (await project.belay('logs', '-n', '1')).stdout.trim();
  await until('the first visit to be logged', async () => (await lines()) === 'asked for /first');
  const following = project.start('logs', '--follow', '-n', '1');
  await until('what there is', () => following.seen().includes('/first'));
  await visit('/second');
  await visit('/third');
  await until('what comes', () => following.seen().includes('/third'));
  following.child.kill('SIGINT');
  const { stdout } = await following.ended;
  expect(stdout.trim().split('\n')).toEqual(['asked for /first', 'asked for /second', 'asked for /third']);
});

test('check asks the live release over HTTP, and its failure is exit code 1', async () => {
  const { results } = await project.json<{ results: CheckResult[] }>(0, 'check');
  expect(results.map((one) => [one.check, one.status])).toEqual([
    ['web answers', 'pass'],
    ['page', 'pass'],
  ]);
  writeFileSync(join(project.path, 'belay.yml'), config('/broken'));
  expect(await project.belay('check')).toMatchObject({ code: 1, stdout: expect.stringMatching(/▲ {2}fail +page/) });
  writeFileSync(join(project.path, 'belay.yml'), config('/fine'));
});

test('a snapshot is taken, verified, restored with consent only, and pruned', async () => {
  const { snapshot } = await project.json<{ snapshot: { id: string } }>(0, 'snapshot', 'create');
  expect(await project.belay('snapshot', 'verify', snapshot.id)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('equal'),
  });
  writeFileSync(join(data(), 'orders.txt'), 'one, and two');
  const refused = await project.belay('snapshot', 'restore', snapshot.id);
  expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining('--lose-writes 1') });
  expect(readFileSync(join(data(), 'orders.txt'), 'utf8')).toBe('one, and two');
  await project.json(0, 'snapshot', 'restore', snapshot.id, '--lose-writes', '1', '--reason', 'bad import');
  expect(readFileSync(join(data(), 'orders.txt'), 'utf8')).toBe('one');
  expect(await visit('/after')).toBe('ok');
  const { snapshots } = await project.json<{ snapshots: SnapshotRow[] }>(0, 'snapshot', 'list');
  const restored = snapshots.find((row) => row.id === snapshot.id);
  expect(restored?.verifiedAt).toBeTruthy();
  expect(restored?.restoredAt).toBeTruthy();
  const { removed } = await project.json<{ removed: string[] }>(0, 'snapshot', 'prune', '--keep', '1');
  expect(removed).toContain(snapshot.id);
  expect(await project.belay('snapshot', 'restore', snapshot.id)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('was pruned'),
  });
});

test('doctor knows its own port, and that a stopped daemon serves nothing', async () => {
  expect(await project.belay('doctor')).toMatchObject({
    stdout: expect.stringMatching(new RegExp(`pass +port ${port}`)),
  });
  await project.belay('daemon', 'stop');
  expect(await project.belay('doctor')).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('belay daemon start'),
  });
});
