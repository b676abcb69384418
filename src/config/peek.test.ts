import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readEnvironment, type Variables } from './environment.ts';
import { peekStore } from './peek.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'belay-peek-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const cache = () => join(folder, '.belay/cache.json');
const yaml = (store: string) =>
  `app: shop\nstore: ${store}\nenvironments: { production: { targets: { web: { type: noop } } } }\n`;
const peek = (variables: Variables = {}, tool = '1') =>
  peekStore({ cwd: folder, env: readEnvironment(variables), tool });

test('says where the journal is and what the environments are', async () => {
  writeFileSync(join(folder, 'belay.yml'), yaml('{ type: sqlite, path: j.db }'));
  expect(await peek()).toEqual({
    app: 'shop',
    file: join(folder, 'belay.yml'),
    directory: folder,
    store: { type: 'sqlite', path: join(folder, 'j.db') },
    storeFrom: 'file',
    environments: ['production'],
    review: {
      teamSize: 10,
      deploysPerWeek: 50,
      users: 10_000,
      usersNow: null,
      failureRate: 0.05,
      recoveryMs: 3_600_000,
    },
  });
  expect(existsSync(join(folder, '.belay'))).toBe(false);
});

test('remembers, and forgets when the file, the tool or the memory changes', async () => {
  mkdirSync(join(folder, '.belay'));
  writeFileSync(join(folder, 'belay.yml'), yaml('{ type: sqlite, path: a.db }'));
  const first = await peek();
  const remembered = JSON.parse(readFileSync(cache(), 'utf8')) as { store: unknown };
  writeFileSync(cache(), JSON.stringify({ ...remembered, store: { type: 'sqlite', path: 'remembered.db' } }));
  expect((await peek()).store).toEqual({ type: 'sqlite', path: join(folder, 'remembered.db') });
  expect((await peek({ BELAY_STORE: '/elsewhere.db' })).store).toEqual({ type: 'sqlite', path: '/elsewhere.db' });
  expect(await peek({}, '2')).toEqual(first);
  writeFileSync(join(folder, 'belay.yml'), yaml('{ type: sqlite, path: changed.db }'));
  expect((await peek({}, '2')).store).toEqual({ type: 'sqlite', path: join(folder, 'changed.db') });
  writeFileSync(cache(), '{ half');
  expect((await peek({}, '2')).store).toEqual({ type: 'sqlite', path: join(folder, 'changed.db') });
});

const code = (more: string) =>
  `import { defineConfig, noop } from 'belayctl';\n${more}\nexport default defineConfig({ app: 'shop', environments: { production: { targets: { web: noop() } } } });`;

test.each([
  ['that says everything itself', code(''), true],
  ['that imports something else', code(`import { join } from 'node:path'; join('a');`), false],
  ['that looks at the environment', code('void process.env.HOME;'), false],
])('a TypeScript file %s: remembered %#', async (_what, text, remembered) => {
  mkdirSync(join(folder, '.belay'));
  writeFileSync(join(folder, 'belay.config.ts'), text);
  expect((await peek()).environments).toEqual(['production']);
  expect(existsSync(cache())).toBe(remembered);
});

test('a password that stands in the file is not copied', async () => {
  mkdirSync(join(folder, '.belay'));
  writeFileSync(join(folder, 'belay.yml'), yaml('{ type: postgres, url: "postgres://u:pw@h/d" }'));
  expect(String((await peek()).store.type)).toBe('postgres');
  expect(existsSync(cache())).toBe(false);
});
