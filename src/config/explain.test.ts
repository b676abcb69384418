import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { childEnvironment } from './child-environment.ts';
import { readEnvironment } from './environment.ts';
import { explain } from './explain.ts';
import { loadConfig, type LoadedConfig } from './load.ts';
import { configReference } from './reference.ts';
import { configJsonSchema } from './schema-json.ts';

let folder: string;
let loaded: LoadedConfig;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'belay-explain-'));
  writeFileSync(
    join(folder, 'belay.yml'),
    `app: shop
environments:
  production:
    targets:
      web: { type: local, start: x, port: 8080, env: { KEY: { secret: KEY } } }
  staging:
    extends: production
    targets:
      web: { port: 8081 }
`,
  );
  loaded = await loadConfig({ cwd: folder, env: readEnvironment({ BELAY_STORE: '/var/j.db', KEY: 'hunter22' }) });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const web = 'environments.staging.targets.web';

test.each([
  [`${web}.port`, 8081, 'file', 'belay.yml:9'],
  [`${web}.start`, 'x', 'file', 'belay.yml:5 (environments.production.targets.web.start)'],
  [`${web}.hold`, '30s', 'default', null],
  [`${web}.build`, undefined, 'unset', null],
  [`${web}.env`, { KEY: { secret: 'KEY' } }, 'file', 'belay.yml:5 (environments.production.targets.web.env)'],
  ['environments.staging.strategy', 'blue-green', 'default', null],
  ['store', '/var/j.db', 'environment', 'BELAY_STORE'],
])('%s', (path, value, from, at) => {
  expect(explain(loaded, path)).toMatchObject({ path, value, from, at, description: expect.stringMatching(/\w/) });
});

test('a key that does not exist is answered with the nearest', () => {
  expect(() => explain(loaded, `${web}.prot`)).toThrow(
    expect.objectContaining({ code: 'USAGE', why: `did you mean ${web}.port?` }),
  );
});

test('every key is described, in the reference and in the schema', () => {
  const rows = configReference()
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  expect(rows.length).toBeGreaterThan(60);
  expect(rows.filter((row) => / \| {1,2}\|$/.test(row))).toEqual([]);
  expect(rows).toContain(
    '| `environments.NAME.targets.NAME.hold` (local) | duration | `"30s"` | Longest time that requests wait while releases are exchanged. |',
  );
});

test('the schema knows overlays: nothing is required in an environment, and null is allowed', () => {
  const { properties, required } = configJsonSchema() as { properties: Record<string, unknown>; required: string[] };
  expect(required).toEqual(['app', 'environments']);
  const environments = JSON.stringify(properties.environments);
  expect(environments).not.toContain('"required"');
  expect(environments).toContain('{"type":"null"}');
});

test('what the tool reads of its environment', () => {
  const read = readEnvironment({
    BELAY_STORE: '',
    CI: 'false',
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTOR: 'mia',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_REPOSITORY: 'a/b',
    GITHUB_RUN_ID: '7',
    NO_COLOR: '1',
    USER: 'runner',
    LANG: 'en_GB.UTF-8',
  });
  expect(read).toMatchObject({ store: null, ci: true, noColor: true, unicode: true, user: 'mia' });
  expect(read.github?.run).toBe('https://github.com/a/b/actions/runs/7/attempts/1');
});

test('a build gets what it needs, and what is passed on by name, and no more', () => {
  const variables = {
    PATH: '/bin',
    LC_ALL: 'C',
    https_proxy: 'p',
    GITHUB_TOKEN: 'x',
    NPM_TOKEN: 'y',
    BELAY_STORE: 'z',
  };
  expect(childEnvironment(variables, ['NPM_TOKEN', 'UNSET'])).toEqual({
    PATH: '/bin',
    LC_ALL: 'C',
    https_proxy: 'p',
    NPM_TOKEN: 'y',
  });
});
