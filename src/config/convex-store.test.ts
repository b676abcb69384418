/** A store in Convex, as it is written and as it is refused. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readEnvironment } from './environment.ts';
import { loadConfig } from './load.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'belay-config-store-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function load(store: string, variables: Record<string, string> = {}) {
  const targets = 'environments: { production: { targets: { web: { type: noop } } } }';
  writeFileSync(join(folder, 'belay.yml'), `app: shop\nstore: ${store}\n${targets}\n`);
  return loadConfig({ cwd: folder, env: readEnvironment(variables), flags: {} });
}

test('an address with its admin key, or a deploy key; neither shows the key', async () => {
  const own = await load('{ type: convex, url: "https://shop.example", adminKey: { secret: KEY } }', {
    KEY: 'shop|0123',
  });
  expect(own.config.store).toMatchObject({ access: { kind: 'self-hosted', url: 'https://shop.example' } });
  const cloud = await load('{ type: convex, deployKey: { secret: KEY } }', { KEY: 'prod:shop|0123' });
  expect(cloud.config.store).toMatchObject({ access: { kind: 'cloud', provision: 'https://api.convex.dev' } });
  expect(JSON.stringify([own.config.store, cloud.config.store])).not.toContain('0123');
});

test.each([
  ['{ type: convex }', 'store: needs a deployKey, or url and adminKey'],
  ['{ type: convex, url: "https://shop.example" }', 'store: needs both url and adminKey, or a deployKey'],
  ['{ type: convex, url: "https://a.example", deployKey: { secret: K } }', 'it is one or the other'],
])('%s is refused with its place', async (store, words) => {
  await expect(load(store)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    details: [expect.stringContaining(words) as string],
  });
});
