/** What steps print, found again from here and from another machine. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { JournalEvent } from './core/events.ts';
import { keepStepLogs, readStepLogs } from './project-logs.ts';
import { folderArtefacts } from './stores/artefacts.ts';
import type { Store } from './stores/store.ts';

let root: string;
let shared: Store;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'belay-logs-'));
  shared = { artefacts: folderArtefacts(join(root, 'shared')) } as Store;
});
afterEach(() => rmSync(root, { recursive: true }));

const here = () => join(root, 'here');
const clean = (text: string) => text.replaceAll('hunter2', '[secret]');
const closed = (deployment: string) => ({
  type: 'event' as const,
  event: { kind: 'deployment.closed', deployment } as JournalEvent,
});
const printed = (deployment: string, line: string) => ({
  type: 'output' as const,
  deployment,
  step: 'stage:web',
  line,
});

test('a log is read here while it is written, and elsewhere once the deployment has ended', async () => {
  const logs = keepStepLogs(here(), shared, clean);
  const elsewhere = readStepLogs(null, shared);
  logs.notice(printed('d-1', 'building with hunter2'));
  logs.notice(printed('d-2', 'another one'));
  expect(await elsewhere.read('d-1', 0, 10)).toBeNull();
  logs.notice(closed('d-1'));
  await logs.settle();
  const [line, ...rest] = (await elsewhere.read('d-1', 0, 10)) ?? [];
  expect([line?.step, line?.text, rest]).toEqual(['stage:web', 'building with [secret]', []]);
  expect(await readStepLogs(here(), shared).read('d-1', 0, 10)).toEqual([line]);
  expect(await elsewhere.read('d-1', line?.n ?? 0, 10)).toEqual([]);
  // Left open by its command, as when it was paused.
  expect((await elsewhere.read('d-2', 0, 10))?.map(({ text }) => text)).toEqual(['another one']);
  expect(await elsewhere.read('d-3', 0, 10)).toBeNull();
});

test('a store that does not answer holds no command up', async () => {
  const hanging = { artefacts: { ...shared.artefacts, put: () => new Promise(() => undefined) } } as unknown as Store;
  const logs = keepStepLogs(here(), hanging, clean);
  logs.notice(printed('d-9', 'x'));
  const started = performance.now();
  await logs.settle();
  expect(performance.now() - started).toBeLessThan(10_000);
  expect((await readStepLogs(here(), shared).read('d-9', 0, 10))?.length).toBe(1);
});

test('only the newest deployments are kept, and a store that is away fails nobody', async () => {
  const away = { artefacts: { ...shared.artefacts, put: () => Promise.reject(new Error('away')) } } as unknown as Store;
  for (let at = 100; at < 153; at += 1) {
    const logs = keepStepLogs(here(), at === 152 ? away : shared, clean);
    logs.notice(printed(`d-${at}`, 'x'));
    await logs.settle();
  }
  expect([102, 103, 152].map((at) => existsSync(join(here(), '.belay/logs', `d-${at}.ndjson`)))).toEqual([
    false,
    true,
    true,
  ]);
  expect((await shared.artefacts?.list('logs/'))?.length).toBe(50);
});
