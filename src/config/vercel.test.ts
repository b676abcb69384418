/** Vercel targets as people write them: what is filled in, and what is refused with the place and the reason. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isProblem } from '../core/errors.ts';
import { readEnvironment } from './environment.ts';
import { loadConfig } from './load.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'belay-config-vercel-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function load(target: string, strategy = 'all-at-once') {
  const written = `{ type: vercel, project: shop, ${target} }`;
  writeFileSync(
    join(folder, 'belay.yml'),
    `app: shop\nenvironments:\n  production:\n    targets: { web: ${written} }\n    strategy: ${strategy}\n`,
  );
  return loadConfig({ cwd: folder, env: readEnvironment({ VERCEL_TOKEN: 'vcp_1' }), flags: {} });
}

async function complaint(target: string, strategy?: string): Promise<string> {
  const thrown: unknown = await load(target, strategy).catch((error: unknown) => error);
  return isProblem(thrown) ? [thrown.message, ...thrown.details].join('\n') : 'loaded';
}

const TOKEN = 'token: { secret: VERCEL_TOKEN }';

test('project and key are a whole target', async () => {
  const { config } = await load(`${TOKEN}, api: 'http://127.0.0.1:4000/'`);
  const target = config.environments['production']?.targets['web'];
  expect(target).toMatchObject({
    type: 'vercel',
    project: 'shop',
    team: null,
    api: 'http://127.0.0.1:4000',
    source: { kind: 'git', path: folder },
    deploy: 'files',
    probe: { path: '/', limitMs: 10_000 },
    edgeConfig: null,
  });
  expect(JSON.stringify(config), 'the key is a name').not.toContain('vcp_1');
});

describe('is refused', () => {
  test.each([
    ['a key that stands in the file', 'token: vcp_1', undefined, /token/],
    ['no key', 'team: acme', undefined, /token/],
    ['a misspelt key', `${TOKEN}, projct: x`, undefined, /did you mean "?project/],
    ['an unknown way', `${TOKEN}, deploy: docker`, undefined, /deploy/],
    ['git without commits', `${TOKEN}, deploy: git, source: { directory: . }`, undefined, /deploy.*needs a commit/],
    ['a folder outside', `${TOKEN}, root: ../other`, undefined, /root.*leads out of the source/],
    [
      'half a percent of a rolling release',
      TOKEN,
      '{ type: canary, steps: [0.5%, 5%] }',
      /steps.*0\.5 % is none: rolling releases of Vercel have whole percentages/,
    ],
  ])('%s', async (_, target, strategy, expected) => {
    expect(await complaint(target, strategy)).toMatch(expected);
  });

  test('half a percent by Edge Config is not', async () => {
    expect(await complaint(`${TOKEN}, edgeConfig: { id: ecfg_1 }`, '{ type: canary, steps: [0.5%] }')).toBe('loaded');
  });
});
