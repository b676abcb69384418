import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Problem } from '../core/errors.ts';
import { readEnvironment, type Variables } from './environment.ts';
import { loadConfig, type LoadedConfig } from './load.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'belay-config-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
const load = (variables: Variables = {}, flags = {}) =>
  loadConfig({ cwd: folder, env: readEnvironment(variables), flags });

async function problem(work: Promise<unknown>): Promise<Problem> {
  const thrown: unknown = await work.then(
    () => null,
    (error: unknown) => error,
  );
  if (thrown instanceof Problem) return thrown;
  throw new Error(`expected a Problem, saw ${String(thrown)}`, { cause: thrown });
}

/** The details of the problem that a YAML text ends in. */
async function details(yaml: string): Promise<readonly string[]> {
  write('belay.yml', yaml);
  return (await problem(load())).details;
}

const SMALL = `app: shop
environments:
  production:
    targets:
      web: { type: local, start: node server.js, port: 8080 }
`;

const YAML = `app: shop
store: { type: postgres, url: { secret: STORE_URL } }
defaults:
  lock: { wait: 1h }
environments:
  staging:
    extends: production
    targets:
      web: { port: 8081, env: { NODE_ENV: staging }, data: null }
  production:
    targets:
      web:
        type: local
        source: { directory: ./dist }
        install: npm ci
        build: npm run build
        start: node server.js
        port: 8080
        env: { NODE_ENV: production, WORKERS: 4, API_KEY: { secret: API_KEY, file: ./api-key } }
        passEnv: [NPM_TOKEN]
        probe: { path: /healthz, limit: 2s }
        limits: { install: 10m, build: 15m, start: 60s }
        drain: { requests: 10s, streams: 30s, kill: 10s }
        hold: 30s
        keep: 5
        data: { type: sqlite, files: [./app.db], expire: 30d }
      api: { type: noop, fail: probe }
    strategy: recreate
    checks:
      - critical_functions: [generationJobs:getRecentJobs]
        http: [{ target: web, path: /healthz, expect: { status: [200, "3xx"], latency: 500ms } }]
    bake: { time: 5m }
    triggers: [{ type: error-rate, above: 2.5%, window: 1m, minRequests: 50 }, { type: health }]
`;

const TYPESCRIPT = `import { defineConfig, local, noop, postgres, recreate, secret, sqliteFiles } from 'belayctl';
export default defineConfig({
  app: 'shop',
  store: postgres({ url: secret('STORE_URL') }),
  defaults: { lock: { wait: '1h' } },
  environments: {
    staging: {
      extends: 'production',
      targets: { web: { port: 8081, env: { NODE_ENV: 'staging' }, data: null } },
    },
    production: {
      targets: {
        web: local({
          source: { directory: './dist' },
          install: 'npm ci',
          build: 'npm run build',
          start: 'node server.js',
          port: 8080,
          env: { NODE_ENV: 'production', WORKERS: 4, API_KEY: secret('API_KEY', { file: './api-key' }) },
          passEnv: ['NPM_TOKEN'],
          probe: { path: '/healthz', limit: '2s' },
          limits: { install: '10m', build: '15m', start: '60s' },
          drain: { requests: '10s', streams: '30s', kill: '10s' },
          hold: '30s',
          keep: 5,
          data: sqliteFiles({ files: ['./app.db'], expire: '30d' }),
        }),
        api: noop({ fail: 'probe' }),
      },
      strategy: recreate(),
      checks: [
        {
          critical_functions: ['generationJobs:getRecentJobs'],
          http: [{ target: 'web', path: '/healthz', expect: { status: [200, '3xx'], latency: '500ms' } }],
        },
      ],
      bake: { time: '5m' },
      triggers: [{ type: 'error-rate', above: 0.025, window: '1m', minRequests: 50 }, { type: 'health' }],
    },
  },
});
`;

describe('what comes out', () => {
  test('YAML and TypeScript give the same configuration and hash', async () => {
    write('belay.yml', YAML);
    const fromYaml = await load();
    rmSync(join(folder, 'belay.yml'));
    write('belay.config.ts', TYPESCRIPT);
    const fromTypeScript = await load();
    expect(fromTypeScript.config).toEqual(fromYaml.config);
    expect(fromTypeScript.hash).toBe(fromYaml.hash);
  });

  test('everything is in milliseconds, fractions and absolute paths', async () => {
    write('belay.yml', YAML);
    const { config } = await load();
    expect(config.environments.production).toMatchObject({
      targets: {
        web: {
          type: 'local',
          source: { kind: 'directory', path: join(folder, 'dist') },
          host: '127.0.0.1',
          port: 8080,
          env: { NODE_ENV: 'production', WORKERS: '4' },
          probe: { path: '/healthz', limitMs: 2_000 },
          limits: { installMs: 600_000, buildMs: 900_000, startMs: 60_000 },
          drain: { requestsMs: 10_000, streamsMs: 30_000, killMs: 10_000 },
          holdMs: 30_000,
          standby: false,
          data: { type: 'sqlite', files: [join(folder, 'app.db')], expireMs: 2_592_000_000 },
        },
        api: { type: 'noop', fail: 'probe' },
      },
      strategy: { type: 'recreate' },
      triggers: [
        { type: 'error-rate', above: 0.025, windowMs: 60_000, minRequests: 50 },
        { type: 'health', failures: 2, everyMs: 5_000 },
      ],
      bake: { timeMs: 300_000, triggers: [{ type: 'error-rate' }, { type: 'health' }] },
      lock: { ttlMs: 30_000, waitMs: 3_600_000 },
    });
    expect(config.environments.production?.checks[0]?.http[0]).toMatchObject({
      status: [
        [200, 200],
        [300, 399],
      ],
      latencyMs: 500,
    });
    expect(Object.keys(config.environments.production?.targets ?? {})).toEqual(['web', 'api']);
  });

  test('an overlay changes what it names, and null removes', async () => {
    write('belay.yml', YAML);
    const { config } = await load();
    expect(config.environments.staging?.targets.web).toMatchObject({
      port: 8081,
      start: 'node server.js',
      env: { NODE_ENV: 'staging', WORKERS: '4' },
      data: null,
    });
  });

  test('defaults may be incomplete on their own', async () => {
    write(
      'belay.yml',
      `${SMALL.replace('port: 8080', 'keep: 7')}defaults: { targets: { web: { port: 8080, keep: 3 } } }\n`,
    );
    const { config } = await load();
    expect(config.environments.production?.targets.web).toMatchObject({ port: 8080, keep: 7 });
  });

  test('a small file gets good defaults', async () => {
    write('belay.yml', SMALL);
    const { config, warnings } = await load();
    expect(config).toMatchObject({
      directory: folder,
      store: { type: 'sqlite', path: join(folder, '.belay/journal.db') },
      environments: {
        production: {
          strategy: { type: 'blue-green', soakMs: 0 },
          triggers: [{ type: 'error-rate', above: 0.05 }, { type: 'health' }, { type: 'crash-loop', restarts: 3 }],
          bake: { timeMs: 60_000 },
          targets: { web: { source: { kind: 'git', path: folder }, standby: true, keep: 5, passEnv: [] } },
        },
      },
    });
    expect(warnings).toEqual([]);
  });

  test('nothing of it can be changed', async () => {
    write('belay.yml', SMALL);
    const { config } = await load();
    expect(() => Object.assign(config.environments.production?.bake ?? {}, { timeMs: 0 })).toThrow(TypeError);
  });

  test('a target of the user passes through as it is', async () => {
    write(
      'belay.config.mjs',
      `class Mine { kind = 'mine'; landingMs = 0; live() {} stage() {} find() {} activate() {} discard() {} probe() {} }
       export const mine = new Mine();
       export default { app: 'shop', environments: { production: { targets: { web: mine } } } };`,
    );
    const { config } = await load();
    const web = config.environments.production?.targets.web;
    expect(web?.type === 'custom' && web.target.kind).toBe('mine');
    expect(web?.type === 'custom' && Object.isFrozen(web.target)).toBe(false);
  });

  test('the hash tells configurations apart, and does not depend on where the folder is', async () => {
    write('belay.yml', SMALL);
    const first = await load();
    mkdirSync(join(folder, 'elsewhere'));
    write('elsewhere/belay.yml', SMALL);
    const moved = await loadConfig({ cwd: join(folder, 'elsewhere'), env: readEnvironment({}) });
    write('belay.yml', SMALL.replace('8080', '8081'));
    expect(moved.hash).toBe(first.hash);
    expect((await load()).hash).not.toBe(first.hash);
  });
});

describe('finding the file', () => {
  test('in a folder above', async () => {
    write('belay.yml', SMALL);
    mkdirSync(join(folder, 'src/deep'), { recursive: true });
    const loaded = await loadConfig({ cwd: join(folder, 'src/deep'), env: readEnvironment({}) });
    expect(loaded.file).toBe(join(folder, 'belay.yml'));
  });

  test('two of them are refused', async () => {
    write('belay.yml', SMALL);
    write('belay.json', '{}');
    expect(await problem(load())).toMatchObject({
      code: 'CONFIG_INVALID',
      message: `${folder} has more than one configuration`,
      why: 'belay.yml and belay.json are both there, and they may differ',
    });
  });

  test('none is said with the command that makes one', async () => {
    expect(await problem(load())).toMatchObject({ code: 'CONFIG_MISSING', next: 'belay init' });
  });

  test('the store: command line, then environment, then file', async () => {
    write('belay.yml', SMALL);
    const where = async (...given: Parameters<typeof load>) => {
      const { config, storeFrom } = await load(...given);
      const { store } = config;
      return [storeFrom, store.type === 'sqlite' ? store.path : store.type === 'postgres' ? String(store.url) : null];
    };
    const variables = { BELAY_STORE: 'postgres://u:pw@db/journal' };
    expect(await where(variables, { store: 'other.db' })).toEqual(['flag', join(folder, 'other.db')]);
    expect(await where(variables)).toEqual(['environment', '[secret BELAY_STORE]']);
    expect(await where()).toEqual(['default', join(folder, '.belay/journal.db')]);
    const refused = await problem(load({}, { store: 'postgres://u:pw@db/journal' }));
    expect([refused.code, refused.message]).toEqual(['USAGE', '--store holds a password']);
  });
});

describe('what is wrong is said with its place', () => {
  test('several problems come together, in the order of the file', async () => {
    expect(
      await details(`app: Shop
environments:
  staging:
    extends: production
    targets:
      web: { prot: 8081 }
  production:
    targets:
      web:
        type: local
        start: node server.js
        port: 80800
        hold: 30
        probe: { pth: /x }
      api: { type: nop }
    strategy: blue-gren
    triggers: [{ type: error-rate, above: 500 }]
`),
    ).toEqual([
      'belay.yml:1  app: "Shop" is not a name: small letters, digits and single dashes, at most 40, a letter first',
      'belay.yml:6  environments.staging.targets.web.prot: unknown key; did you mean "port"?',
      'belay.yml:12  environments.production.targets.web.port: must be at most 65535; found 80800',
      'belay.yml:13  environments.production.targets.web.hold: expected a duration with its unit, such as "500ms", "30s" or "5m"',
      'belay.yml:14  environments.production.targets.web.probe.pth: unknown key; did you mean "path"?',
      'belay.yml:15  environments.production.targets.api.type: unknown type "nop"; did you mean "noop"?',
      'belay.yml:16  environments.production.strategy: unknown value "blue-gren"; did you mean "blue-green"?',
      'belay.yml:17  environments.production.triggers[0].above: expected a share, such as "5%" or 0.05',
    ]);
  });

  test('the line in a TypeScript file', async () => {
    write('belay.config.ts', TYPESCRIPT.replace("hold: '30s'", "holdd: '30s'"));
    expect((await problem(load())).details).toEqual([
      'belay.config.ts:24  environments.production.targets.web.holdd: unknown key; did you mean "hold"?',
    ]);
  });

  const production = (text: string) => `app: shop\nenvironments:\n  production:\n${text}`;
  const web = (text: string) =>
    production(`    targets:\n      web:\n        type: local\n        start: run\n        port: 8080\n${text}`);
  const at = 'environments.production';

  test.each([
    [
      'no app',
      'environments: {}',
      [
        'belay.yml:1  app: is missing; expected the name of the application',
        'belay.yml:1  environments: needs at least one environment',
      ],
    ],
    ['empty', '', ['belay.yml:1  expected an object; found nothing']],
    [
      'broken',
      'app: shop\nenvironments: [',
      ['belay.yml:2  Flow sequence in block collection must be sufficiently indented and end with a ]'],
    ],
    ['key twice', 'app: shop\napp: shop', ['belay.yml:2  Map keys must be unique']],
    ['no target', production('    strategy: recreate\n'), [`belay.yml:3  ${at}: needs at least one target`]],
    [
      'a target without type',
      production('    targets: { web: { port: 80 } }\n'),
      [`belay.yml:4  ${at}.targets.web.type: is missing; one of "local", "convex", "vercel", "noop"`],
    ],
    [
      'a target without start',
      production('    targets: { web: { type: local, port: 80 } }\n'),
      [`belay.yml:4  ${at}.targets.web.start: is missing; expected the command that starts the application`],
    ],
    [
      'a target that is a text',
      production('    targets: { web: local }\n'),
      [`belay.yml:4  ${at}.targets.web: expected an object, or a target of your own; found "local"`],
    ],
    [
      'a name',
      production('    targets: { Web_1: { type: noop } }\n'),
      [
        `belay.yml:4  ${at}.targets.Web_1: "Web_1" is not a name: small letters, digits and single dashes, at most 40, a letter first`,
      ],
    ],
    [
      'standby with recreate',
      web('        standby: true\n    strategy: recreate\n'),
      [
        `belay.yml:9  ${at}.targets.web.standby: contradicts strategy "recreate", which stops the old release before the new one starts`,
      ],
    ],
    [
      'PORT',
      web('        env: { PORT: 1 }\n'),
      [`belay.yml:9  ${at}.targets.web.env.PORT: is chosen by Belay for each release; remove it, and listen on PORT`],
    ],
    [
      'data in .belay',
      web('        data: { type: directory, path: .belay/data }\n    strategy: recreate\n'),
      [
        `belay.yml:9  ${at}.targets.web.data.path: is inside .belay, where Belay keeps releases; data must live outside of them`,
      ],
    ],
    [
      'data in the release',
      web(
        '        source: { directory: dist }\n        data: { type: sqlite, files: [dist/app.db] }\n    strategy: recreate\n',
      ),
      [
        `belay.yml:10  ${at}.targets.web.data.files[0]: is inside the released folder, so that every release would bring its own copy; keep data outside of it`,
      ],
    ],
    [
      'data that holds the journal',
      web('        data: { type: directory, path: . }\n    strategy: recreate\n'),
      [
        `belay.yml:9  ${at}.targets.web.data.path: holds the journal: restoring it would take back the record; choose a folder of its own`,
      ],
    ],
    [
      'baking blindly',
      web('    bake: { time: 5m, triggers: [] }\n'),
      [`belay.yml:9  ${at}.bake: nothing would be watched: name triggers, or set time to "0s"`],
    ],
    [
      'a check of another target',
      web('    checks: { http: [{ target: wbe }] }\n'),
      [`belay.yml:9  ${at}.checks: check "GET wbe/" asks target "wbe", which is not there; did you mean "web"?`],
    ],
    [
      'a health file that is not there',
      web('    checks: ./health.yml\n'),
      [`belay.yml:9  ${at}.checks: there is no file ./health.yml`],
    ],
    [
      'a key in a check',
      web('    checks: [{ critical_function: [a:b] }]\n'),
      [`belay.yml:9  ${at}.checks[0].critical_function: unknown key; did you mean "critical_functions"?`],
    ],
    [
      'extending a stranger',
      web('  staging: { extends: prodction }\n'),
      [
        'belay.yml:9  environments.staging: needs at least one target',
        'belay.yml:9  environments.staging.extends: there is no environment "prodction"; did you mean "production"?',
      ],
    ],
    [
      'extending in a circle',
      'app: shop\nenvironments:\n  a: { extends: b, targets: { x: { type: noop } } }\n  b: { extends: a }\n',
      [
        'belay.yml:3  environments.a.extends: extends itself: b -> a -> b',
        'belay.yml:4  environments.b.extends: extends itself: a -> b -> a',
      ],
    ],
    [
      'one port twice',
      web('  staging: { extends: production }\n'),
      [`belay.yml:8  ${at}.targets.web.port: port 8080 belongs to production/web already; staging/web needs its own`],
    ],
    [
      'data with two owners',
      web(
        '        data: { type: directory, path: var }\n    strategy: recreate\n  staging: { extends: production, targets: { web: { port: 8081 } } }\n',
      ),
      [
        `belay.yml:9  ${at}.targets.web.data.path: is data of production/web already: a restore of one would overwrite the other`,
      ],
    ],
  ])('%s', async (_what, yaml, expected) => {
    expect([...(await details(yaml))].sort()).toEqual([...expected].sort());
  });

  test('the same port on different addresses is fine', async () => {
    write('belay.yml', `${SMALL}  staging: { extends: production, targets: { web: { host: 127.0.0.2 } } }\n`);
    await expect(load()).resolves.toBeDefined();
  });

  test('a fault in what is taken over is told once, where it was written', async () => {
    const found = await details(
      `${SMALL}      api: { type: noop, fial: stage }\n  staging: { extends: production, targets: { web: { port: 1 } } }\n`,
    );
    expect(found).toEqual(['belay.yml:6  environments.production.targets.api.fial: unknown key; did you mean "fail"?']);
  });

  test('a health file is judged together with the rest', async () => {
    write('health.yml', 'critical_functions: [jobs:list]\nhttps:\n  - path: /\n');
    expect(await details(`${SMALL}    checks: ./health.yml\n    bakee: {}\n`)).toEqual([
      'belay.yml:7  environments.production.bakee: unknown key; did you mean "bake"?',
      'health.yml:2  https: unknown key; did you mean "http"?',
    ]);
  });

  test('a secret inside a text', async () => {
    write('belay.config.ts', TYPESCRIPT.replace("NODE_ENV: 'production'", 'NODE_ENV: `x${secret("API_KEY")}`'));
    expect((await problem(load())).details).toEqual([
      'belay.config.ts:19  environments.production.targets.web.env.NODE_ENV: a secret cannot be part of a text; put the whole value into the secret',
    ]);
  });

  test.each([
    ['export default {', /^belay\.config\.ts:1 {2}/],
    ['export const x = 1', /^belay\.config\.ts:1 {2}has no default export; write "export default defineConfig/],
    ['\n\nthrow new Error("no network")', /^belay\.config\.ts:3 {2}no network$/],
  ])('a file that cannot be run: %j', async (text, expected) => {
    write('belay.config.ts', text);
    const found = await problem(load());
    expect(found.code).toBe('CONFIG_INVALID');
    expect(found.details[0]).toMatch(expected);
  });

  test('warnings do not stop', async () => {
    write(
      'belay.yml',
      `${SMALL}      api: { type: local, start: x, port: 1, data: { type: postgres, url: "postgres://me:hunter22@db/x" } }\n`,
    );
    const loaded: LoadedConfig = await load();
    expect(loaded.warnings).toEqual([
      'belay.yml:6  environments.production.targets.api.data.url: holds a password; write { secret: NAME } instead, and set NAME',
      'belay.yml:6  environments.production.targets.api.data: is snapshotted while the old release still writes; strategy "recreate" holds requests, so that nothing is written in between',
    ]);
    expect(JSON.stringify(loaded.config)).not.toContain('hunter22');
  });
});
