import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { targetContract } from '../testing/target-contract.ts';
import { createExec } from '../util/exec.ts';
import { createNoopTarget, type NoopOptions } from './noop.ts';
import type { TargetContext } from './target.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'belay-noop-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const context = (deployment: string, token = 1): TargetContext => ({
  deployment,
  fence: { environment: 'test', token, nonce: 'n' },
  source: { commit: 'a'.repeat(40) },
  signal: new AbortController().signal,
  exec: createExec({}),
  say: () => undefined,
});
const noop = (options: NoopOptions = {}) => createNoopTarget({ name: 'web', home, options });

targetContract({
  test,
  name: 'noop',
  make: async () => ({ target: noop(), context, secrets: [], close: async () => undefined }),
});

test('what is live survives the process', async () => {
  const release = await noop().stage(context('one'));
  await noop().activate(context('one'), release);
  expect(await noop().live(context('two'))).toEqual(release);
});

test('a deposed deployment can change nothing', async () => {
  await noop().stage(context('new', 2));
  await expect(noop().stage(context('old', 1))).rejects.toMatchObject({ code: 'FENCED' });
  expect(await noop().find(context('old', 1))).toBeNull();
});

test('fails where it is told to, and only there', async () => {
  await expect(noop({ fail: 'stage' }).stage(context('one'))).rejects.toMatchObject({ code: 'TARGET_FAILED' });
  const release = await noop().stage(context('one'));
  await expect(noop({ fail: 'activate' }).activate(context('one'), release)).rejects.toMatchObject({
    code: 'TARGET_FAILED',
  });
  expect(await noop({ fail: 'probe' }).probe(context('one'), release)).toMatchObject({ healthy: false, final: true });
  await noop({ fail: 'activate' }).activate(context('one'), null);
  expect(await noop({ fail: 'activate' }).probe(context('one'), release)).toEqual({ healthy: true });
});
