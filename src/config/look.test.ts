import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readEnvironment, type Variables } from './environment.ts';
import { loadConfig } from './load.ts';
import { lookAtConfig } from './look.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'belay-look-'));
  mkdirSync(join(folder, '.belay'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const memory = () => readFileSync(join(folder, '.belay/cache.json'), 'utf8');
const look = (variables: Variables = {}) =>
  lookAtConfig({ cwd: folder, env: readEnvironment(variables), tool: '1', readOnly: true });

const yaml = (env = '{ secret: TOKEN }') => `app: shop
environments:
  production:
    checks: health.yml
    targets:
      web: { type: local, start: node server.mjs, port: 3000, env: { TOKEN: ${env} } }
`;
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

test('says from memory exactly what reading the files says', async () => {
  write('belay.yml', yaml());
  write('health.yml', 'http: [{ path: /healthz }]');
  const read = await loadConfig({ cwd: folder, env: readEnvironment({}) });
  await look();
  write('.belay/cache.json', memory().replace('"app":"shop"', '"app":"shop","marked":true'));
  const remembered = await look();
  expect(remembered).not.toHaveProperty('places');
  expect(JSON.stringify(remembered.config)).toBe(JSON.stringify(read.config));
  expect(remembered.hash).toBe(read.hash);
  expect(() => remembered.requireSecrets('production')).toThrow(/TOKEN/);
  expect(() => remembered.requireSecrets('production')).toThrow(expect.objectContaining({ code: 'SECRET_MISSING' }));
});

test('a health file that changes is read again', async () => {
  write('belay.yml', yaml());
  write('health.yml', 'http: [{ path: /healthz }]');
  await look();
  write('health.yml', 'http: [{ path: /elsewhere }]');
  expect(JSON.stringify((await look()).config)).toContain('/elsewhere');
});

test('a secret named in TypeScript is remembered by name', async () => {
  write(
    'belay.config.ts',
    `import { defineConfig, local, secret } from 'belayctl';
export default defineConfig({ app: 'shop', environments: { production: { targets: {
  web: local({ start: 'node server.mjs', port: 3000, env: { TOKEN: secret('TOKEN') } }) } } } });`,
  );
  await look();
  const { config, requireSecrets } = await look({ TOKEN: 'hidden-value' });
  const { web } = config.environments['production']?.targets ?? {};
  requireSecrets('production');
  expect(web?.type === 'local' && String(web.env['TOKEN'])).toBe('[secret TOKEN]');
  expect(memory()).not.toContain('hidden-value');
});

test('a configuration with a password in an address is not copied', async () => {
  write('belay.yml', yaml('"postgres://u:open-sesame@h/d"'));
  write('health.yml', '{}');
  await look();
  expect(memory()).not.toContain('open-sesame');
});

test('what changes something runs a configuration that is code anew, and trusts memory only for data', async () => {
  const shipped = async (name: string, text: string) => {
    write(name, text);
    await look();
    write('.belay/cache.json', memory().replaceAll('shop', 'stale'));
    const loaded = await lookAtConfig({ cwd: folder, env: readEnvironment({}), tool: '1', readOnly: false });
    rmSync(join(folder, name));
    return loaded.config.app;
  };
  const code = `export default { app: 'shop', environments: { production: { targets: { web: { type: 'noop' } } } } };`;
  expect(await shipped('belay.config.ts', code)).toBe('shop');
  expect(
    await shipped('belay.yml', 'app: shop\nenvironments: { production: { targets: { web: { type: noop } } } }\n'),
  ).toBe('stale');
});
