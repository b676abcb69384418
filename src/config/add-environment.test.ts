import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addEnvironment, type WrittenNode } from './add-environment.ts';
import { readEnvironment } from './environment.ts';
import { loadConfig } from './load.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'belay-add-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const NODE: WrittenNode = {
  extends: 'production',
  targets: { db: { deployKey: { secret: 'KEY_STAGING', file: '.k' } } },
};
const options = (file: string) => ({ cwd: folder, env: readEnvironment({}), file: join(folder, file) });

async function add(file: string, text: string, node = NODE): Promise<string> {
  writeFileSync(join(folder, file), text);
  (await addEnvironment(options(file), 'staging', node)).write();
  return readFileSync(join(folder, file), 'utf8');
}

const YAML = `# Ours.
app: shop
environments:
    production:   # what customers see
        targets:
            db: { type: convex, deployKey: { secret: KEY } }   # the backend

# Where the journal is.
store: { type: sqlite, path: journal.db }
`;

test('every byte that was there stays, and the new one is in force', async () => {
  const text = await add('belay.yml', YAML);
  const at = text.indexOf('    staging:');
  const [before, after] = [text.slice(0, at), text.slice(text.indexOf('\n\n', at) + 1)];
  expect(before + after).toBe(YAML);
  const { config } = await loadConfig(options('belay.yml'));
  expect(config.environments['staging']?.targets['db']).toMatchObject({ access: { kind: 'cloud' } });
  expect(text).toContain('deployKey: { secret: KEY_STAGING, file: .k }');
});

test.each([
  ['no newline at the end', YAML.split('\n\n')[0] ?? ''],
  [
    'in braces',
    '{ app: shop, environments: { production: { targets: { db: { type: convex, deployKey: { secret: KEY } } } } } }',
  ],
])('%s', async (_name, text) => {
  await add('belay.yml', text);
  const { config } = await loadConfig(options('belay.yml'));
  expect(Object.keys(config.environments)).toEqual(['production', 'staging']);
});

test('JSON stays JSON', async () => {
  const config = {
    app: 'shop',
    environments: { production: { targets: { db: { type: 'convex', deployKey: { secret: 'KEY' } } } } },
  };
  const text = await add('belay.json', JSON.stringify(config));
  expect(JSON.parse(text)).toEqual({ ...config, environments: { ...config.environments, staging: NODE } });
});

test('a program is not touched, and what to add is a program', async () => {
  const file = join(folder, 'belay.config.ts');
  writeFileSync(file, 'not looked at');
  const addition = await addEnvironment(options('belay.config.ts'), 'staging', NODE);
  addition.write();
  expect(readFileSync(file, 'utf8')).toBe('not looked at');
  expect(addition).toMatchObject({ written: false });
  expect(addition.text).toContain("deployKey: secret('KEY_STAGING', { file: '.k' }),");
});

test('what would not be right is refused, and nothing is left behind', async () => {
  const wrong = { extends: 'production', targets: { db: { port: 'x' } } };
  await expect(add('belay.yml', YAML, wrong)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  expect(readdirSync(folder)).toEqual(['belay.yml']);
  expect(readFileSync(join(folder, 'belay.yml'), 'utf8')).toBe(YAML);
});

test('what somebody else has written meanwhile stays', async () => {
  writeFileSync(join(folder, 'belay.yml'), YAML);
  const addition = await addEnvironment(options('belay.yml'), 'staging', NODE);
  writeFileSync(join(folder, 'belay.yml'), `${YAML}# mine\n`);
  expect(() => addition.write()).toThrow('was changed meanwhile');
  expect(readFileSync(join(folder, 'belay.yml'), 'utf8')).toBe(`${YAML}# mine\n`);
});
