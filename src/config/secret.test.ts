import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Problem } from '../core/errors.ts';
import { createRedactor } from '../util/redact.ts';
import { readEnvironment, type Variables } from './environment.ts';
import { loadConfig } from './load.ts';
import { bindSecret, secret } from './secret.ts';

const VALUE = 'correct horse battery staple';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'belay-secret-'));
  const env = '{ KEY: { secret: SHOP_KEY }, OTHER: { secret: SHOP_OTHER, file: ./other } }';
  writeFileSync(
    join(folder, 'belay.yml'),
    `app: shop\nenvironments:\n  production:\n    targets:\n      web: { type: local, start: x, port: 80, env: ${env} }\n`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const load = (variables: Variables) => loadConfig({ cwd: folder, env: readEnvironment(variables) });

function handle(redactor = createRedactor()) {
  const source = { variable: (name: string) => (name === 'KEY' ? VALUE : undefined), redactor };
  return bindSecret(secret('KEY'), 'env.KEY', null, source);
}

test.each([
  ['JSON', (value: unknown) => JSON.stringify({ value })],
  ['a template', (value: unknown) => `${value}`],
  ['a concatenation', (value: unknown) => 'x' + value],
  ['String', String],
  ['inspect', (value: unknown) => inspect(value)],
  ['inspect, everything shown', (value: unknown) => inspect({ value }, { showHidden: true, depth: 9, getters: true })],
  [
    'inspect without custom',
    (value: unknown) => inspect({ value }, { customInspect: false, showHidden: true, depth: 9 }),
  ],
  ['an error', (value: unknown) => new Error(`failed with ${value}`).stack ?? ''],
  [
    'its keys and values',
    (value: unknown) => JSON.stringify([Object.entries(value as object), { ...(value as object) }]),
  ],
  ['a clone', (value: unknown) => JSON.stringify(Object.assign({}, value))],
])('is not printed by %s', (_route, print) => {
  const bound = handle();
  bound.reveal();
  expect(print(bound)).not.toContain('horse');
  expect(print(bound)).toContain('KEY');
});

test('what was revealed is masked from then on', () => {
  const redactor = createRedactor();
  const bound = handle(redactor);
  expect(redactor.clean(VALUE)).toBe(VALUE);
  expect(bound.reveal()).toBe(VALUE);
  expect(redactor.clean(`key=${VALUE}`)).toBe('key=[secret]');
});

test('all missing secrets are named together, with the places that refer to them', async () => {
  const loaded = await load({});
  const place = 'environments.production.targets.web.env';
  let thrown: unknown;
  try {
    loaded.requireSecrets('production');
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(Problem);
  expect(thrown).toMatchObject({
    code: 'SECRET_MISSING',
    message: 'secrets SHOP_KEY, SHOP_OTHER not set',
    details: [
      `${place}.KEY: set SHOP_KEY in the environment`,
      `${place}.OTHER: set SHOP_OTHER, or write it to ${join(folder, 'other')}`,
    ],
  });
});

test('the variable wins over the file, and the file loses its last newline', async () => {
  writeFileSync(join(folder, 'other'), 'from a file\n');
  const read = async (variables: Variables) => {
    const web = (await load(variables)).config.environments.production?.targets.web;
    const found = web?.type === 'local' ? web.env.OTHER : undefined;
    return typeof found === 'object' ? found.reveal() : found;
  };
  expect(await read({ SHOP_KEY: VALUE })).toBe('from a file');
  expect(await read({ SHOP_KEY: VALUE, SHOP_OTHER: 'from a variable' })).toBe('from a variable');
});

test('the hash knows names, not values', async () => {
  expect((await load({ SHOP_KEY: 'one' })).hash).toBe((await load({ SHOP_KEY: 'two' })).hash);
});
