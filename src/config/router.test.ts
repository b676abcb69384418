import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readEnvironment } from './environment.ts';
import { loadConfig } from './load.ts';
import { localTargets } from './local-targets.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'belay-router-config-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function routerOf(written: string) {
  const target = `{ type: local, start: node server.js, port: 8080, router: ${written} }`;
  writeFileSync(
    join(folder, 'belay.yml'),
    `app: shop\nenvironments: { production: { targets: { web: ${target} } } }\n`,
  );
  const { config } = await loadConfig({ cwd: folder, env: readEnvironment({}), flags: {} });
  return localTargets(config).map(({ target: { router } }) => router);
}

test('a HAProxy of the user’s own is found from the folder of the configuration', async () => {
  const written = '{ type: haproxy, beside: { configs: [/etc/haproxy/haproxy.cfg, shop.cfg], socket: admin.sock } }';
  const configs = ['/etc/haproxy/haproxy.cfg', join(folder, 'shop.cfg')];
  expect(await routerOf(written)).toEqual([
    { kind: 'haproxy', beside: { configs, socket: join(folder, 'admin.sock') } },
  ]);
  expect(await routerOf('haproxy')).toEqual([{ kind: 'haproxy' }]);
});

test.each([
  '{ type: haproxy, beside: { configs: [], socket: admin.sock } }',
  '{ type: haproxy, beside: { configs: [haproxy.cfg] } }',
  '{ type: embedded, beside: { configs: [haproxy.cfg], socket: admin.sock } }',
])('%s says too little, or too much', async (written) => {
  await expect(routerOf(written)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});
