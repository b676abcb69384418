/** init: what it writes for projects of several kinds is valid, and nothing that was there is lost. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Choices } from '../../../src/cli/init/written.ts';
import { createProject, type TestProject } from './project.ts';
import { type Files, writeFiles } from '../../fixtures/apps/app-repository.ts';

let project: TestProject;
afterEach(() => project.dispose());

const read = (name: string) => readFileSync(join(project.path, name), 'utf8');
const manifest = (facts: object) => JSON.stringify({ name: '@acme/Web Shop', ...facts });

const PROJECTS: readonly (readonly [string, Files, Partial<Choices>])[] = [
  [
    'npm with a lockfile and a build',
    {
      'package.json': manifest({
        scripts: { start: 'node dist/main.js', build: 'tsc' },
        devDependencies: { typescript: '7' },
      }),
      'package-lock.json': '{}',
      'src/main.ts': `app.get('/healthz')`,
    },
    {
      app: 'web-shop',
      kind: 'Node with npm',
      install: 'npm ci --include=dev',
      build: 'npm run build',
      start: 'node dist/main.js',
      healthPath: '/healthz',
    },
  ],
  [
    'Next.js with pnpm',
    {
      'package.json': manifest({
        scripts: { start: 'next start', build: 'next build' },
        dependencies: { next: '16', react: '19' },
      }),
      'pnpm-lock.yaml': '',
      'app/api/health/route.ts': '',
    },
    {
      kind: 'Next.js with pnpm',
      install: 'pnpm install --frozen-lockfile',
      build: 'pnpm run build',
      start: 'pnpm start',
      healthPath: '/api/health',
    },
  ],
  [
    'yarn with a Procfile, a database and quotes',
    {
      'package.json': manifest({ dependencies: { express: '5' } }),
      'yarn.lock': '',
      Procfile: `release: x\nweb: node -e "require('./s')" # it's: odd\n`,
      '.env.example': 'DATABASE_URL=postgres://x',
    },
    {
      kind: 'Express with yarn',
      install: 'yarn install --frozen-lockfile',
      start: `node -e "require('./s')" # it's: odd`,
      databaseUrl: true,
    },
  ],
  [
    'Rack with Bundler',
    { Gemfile: `source 'https://rubygems.org'\ngem 'puma'\n`, 'config.ru': `map('/up') { run App }` },
    {
      kind: 'Ruby (Rack)',
      install: 'bundle install',
      start: 'bundle exec puma -b tcp://127.0.0.1:$PORT',
      healthPath: '/up',
    },
  ],
  [
    'Rails',
    { Gemfile: `gem 'rails'`, 'bin/rails': '', 'config/routes.rb': `get 'up' => 'rails/health#show'` },
    { kind: 'Rails', healthPath: '/up' },
  ],
  [
    'a Dockerfile only',
    { Dockerfile: 'FROM x\nCMD ["python", "-m", "http.server"]\n' },
    { start: 'python -m http.server' },
  ],
  ['nothing that is known', { 'index.html': '<p>' }, { start: null, healthPath: null }],
];

test.each(PROJECTS)('%s: found, written, and valid', async (_what, files, found) => {
  project = createProject(files);
  const { detected } = await project.json<{ detected: Choices }>(0, 'init', '--yes');
  expect(detected).toMatchObject(found);
  expect(await project.belay('config', 'validate')).toMatchObject({ code: 0 });
  const { production } = (
    parse(read('belay.yml')) as { environments: { production: { targets: { web: { start?: string } } } } }
  ).environments;
  expect(production.targets.web.start ?? null).toBe(detected.start);
});

test.each(PROJECTS)('%s: the same in TypeScript', async (_what, files) => {
  project = createProject(files);
  await project.json(0, 'init', '--yes', '--ts', '--no-ci');
  expect(await project.belay('config', 'validate')).toMatchObject({ code: 0 });
  expect(existsSync(join(project.path, '.github'))).toBe(false);
});

const NEXT_ON_CONVEX: Files = {
  'package.json': manifest({
    scripts: { start: 'next start', build: 'next build' },
    dependencies: { next: '16', convex: '1.48.0' },
  }),
  'package-lock.json': '{}',
  'convex/schema.ts': 'export default defineSchema({});',
  '.vercel/project.json': JSON.stringify({ projectId: 'prj_1', orgId: 'team_1', projectName: 'web-shop' }),
  'app/api/health/route.ts': '',
};

test.each([[[]], [['--ts']]])('Next.js on Convex and Vercel becomes both targets %j', async (flags) => {
  project = createProject(NEXT_ON_CONVEX);
  const { next } = await project.json<{ next: string }>(0, 'init', '--yes', ...flags);
  expect(next).toContain('CONVEX_DEPLOY_KEY and VERCEL_TOKEN');
  expect(await project.belay('config', 'validate')).toMatchObject({ code: 0 });
  const text = read(flags.length > 0 ? 'belay.config.ts' : 'belay.yml');
  expect(text).toMatch(/project: '?web-shop/);
  expect(text).toMatch(/team: '?team_1/);
  const workflow = read('.github/workflows/deploy.yml');
  expect(workflow).toContain('CONVEX_DEPLOY_KEY: ${{ secrets.CONVEX_DEPLOY_KEY }}');
  expect(workflow).toContain('runs-on: ubuntu-latest');
});

test('the same for this machine, when it is asked for', async () => {
  project = createProject(NEXT_ON_CONVEX);
  await project.json(0, 'init', '--yes', '--local', '--no-ci');
  expect(read('belay.yml')).toContain('type: local');
});

test('the middleware of canaries is written where it is asked for, also later, and never over another', async () => {
  project = createProject(NEXT_ON_CONVEX);
  const { files } = await project.json<{ files: { path: string }[] }>(0, 'init', '--yes', '--no-ci');
  expect(files.map(({ path }) => path)).not.toContain('middleware.ts');
  const later = await project.json<{ files: object[]; next: string }>(0, 'init', '--middleware');
  expect(later.files).toEqual([{ path: 'middleware.ts', action: 'written' }]);
  expect(later.next).toContain('npm install @vercel/edge-config');
  expect(read('middleware.ts')).toContain('get<Split>("belay")');
  writeFiles(project.path, { 'middleware.ts': '// mine' });
  const again = await project.json<{ files: object[] }>(0, 'init', '--force', '--middleware', '--no-ci');
  expect(again.files).toContainEqual({ path: 'middleware.ts', action: 'kept' });
  expect(read('middleware.ts')).toBe('// mine');
  expect(read('belay.yml')).toContain('# edgeConfig:');
  expect(await project.belay('config', 'validate')).toMatchObject({ code: 0 });
});

test('what is there is kept; only --force writes the configuration anew', async () => {
  project = createProject({ 'health.yml': 'http: []\n', '.gitignore': 'node_modules' });
  await project.json(0, 'init', '--start', 'node a.js');
  expect(read('health.yml')).toBe('http: []\n');
  expect(read('.gitignore')).toBe('node_modules\n.belay/\n');
  const before = read('belay.yml');
  expect(await project.belay('init', '--start', 'node b.js')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--force'),
  });
  expect(await project.belay('init', '--ts', '--force')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('contradict'),
  });
  expect(read('belay.yml')).toBe(before);
  await project.json(0, 'init', '--force', '--start', 'node b.js');
  expect(read('belay.yml')).toContain('start: node b.js');
  expect(read('.gitignore')).toBe('node_modules\n.belay/\n');
});

test('only the workflows that are wanted are written, with the environments that they deploy to', async () => {
  const files = { 'package.json': manifest({ main: 'a.js' }) };
  project = createProject(files);
  await project.json(0, 'init');
  const written = () => readdirSync(join(project.path, '.github/workflows')).toSorted();
  expect(written()).toEqual(['deploy.yml', 'rollback.yml']);
  for (const flags of [[], ['--ts']]) {
    project.dispose();
    project = createProject(files);
    await project.json(0, 'init', ...flags, '--workflows', 'staging,preview');
    expect(written()).toEqual(['preview.yml', 'staging.yml']);
    const { environments } = await project.json<{ environments: object }>(0, 'config', 'show');
    expect(Object.keys(environments).toSorted()).toEqual(['preview', 'production', 'staging']);
  }
  expect(await project.belay('init', '--force', '--workflows', 'nightly')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('preview, staging, production, rollback'),
  });
});

test('wrong flags are refused before anything is written', async () => {
  project = createProject({});
  expect(await project.belay('init', '--middleware')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('no Next.js application on Vercel'),
  });
  for (const flags of [['--port', '0'], ['--port', '99999'], ['--health', 'up'], ['--app', 'Web Shop'], ['--yse']]) {
    expect(await project.belay('init', ...flags)).toMatchObject({ code: 2 });
  }
  expect(existsSync(join(project.path, 'belay.yml'))).toBe(false);
  writeFiles(project.path, { 'package.json': '{' });
  expect(await project.belay('init')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('package.json is not JSON'),
  });
});
