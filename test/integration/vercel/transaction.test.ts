/** Whole deployments to Vercel: configuration, transaction, record, and what visitors get. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { readEnvironment } from '../../../src/config/environment.ts';
import { deploy, type DeployResult } from '../../../src/core/deploy.ts';
import { withSession } from '../../../src/core/open.ts';
import { rollBack } from '../../../src/core/rollback.ts';
import type { Notice } from '../../../src/core/runtime.ts';
import { openProject, type Project, requireEnvironment } from '../../../src/project.ts';
import { checkVercelTarget } from '../../../src/project-vercel.ts';
import { sourceOf } from '../../../src/project-source.ts';
import { type Bench, createBench } from './setup.ts';

let bench: Bench;
let project: Project;
afterEach(async () => {
  await project.close();
  await bench.close();
});

const never = new AbortController().signal;
const ALL_AT_ONCE = '{ type: all-at-once }';
const CANARY = `
      type: canary
      steps: [25%, 50%]
      hold: 1s
      maxHold: 2s
      promotion: automatic
      onNoData: abort
      silence: 30s
      signals:
        - { type: probe, paths: [/], perSecond: 20 }`;

/** Waits on what is live, not on time: a bake of nothing. */
const config = ({ vercel, project: { name }, repository }: Bench, strategy: string) => `
app: shop
environments:
  production:
    strategy: ${strategy}
    bake: { time: 0s }
    triggers: []
    targets:
      web:
        type: vercel
        project: ${name}
        team: ${vercel.teamSlug}
        token: { secret: VERCEL_TOKEN }
        api: ${vercel.url}/
        source: ${repository.path}
`;

async function open(
  strategy: string,
  options: Parameters<typeof createBench>[0] = {},
  files: Record<string, string> = {},
) {
  bench = await createBench(options, { build: 'test ! -e broken' });
  bench.repository.commit({ 'index.html': 'one', '.gitignore': '.belay/\n', ...files });
  const directory = join(bench.repository.path, '..');
  writeFileSync(join(directory, 'belay.yml'), config(bench, strategy));
  const notices: Notice[] = [];
  project = await openProject({
    cwd: directory,
    env: readEnvironment({ BELAY_USER: 'mia', VERCEL_TOKEN: bench.vercel.token }),
    version: 'test',
    argv: [],
    stop: { gently: never, now: never },
    emit: (notice) => notices.push(notice),
  });
  return notices;
}

async function ship(files: Record<string, string>): Promise<DeployResult> {
  bench.repository.commit(files);
  const { exec } = project.runtime;
  const source = await sourceOf(exec, project.config, requireEnvironment(project.config, 'production'));
  const request = { kind: 'deploy', source, reason: null, acceptDrift: false, despiteFreeze: null, acceptSchema: null };
  return deploy(project.runtime, await project.environment('production'), { ...request, kind: 'deploy' });
}

async function back() {
  const environment = await project.environment('production');
  const request = { to: null, reason: null, data: 'keep', loseWrites: 0 } as const;
  return withSession(project.runtime, environment, (session) => rollBack(session, request));
}

test('forward, unchanged, broken, forward, back: the outcome, the record and the visitors agree', async () => {
  const notices = await open(ALL_AT_ONCE);
  expect(await ship({ 'index.html': 'one' })).toMatchObject({ outcome: 'committed', recovered: null });
  expect(await bench.visit()).toBe('one');
  const first = bench.vercel.production('shop').live;
  expect(await ship({})).toMatchObject({ outcome: 'committed' });
  expect(bench.vercel.production('shop').live, 'nothing was built for it').toBe(first);
  expect(await ship({ broken: '' })).toMatchObject({ outcome: 'rolled-back' });
  expect(await bench.visit()).toBe('one');
  bench.repository.git('rm', '--quiet', 'broken');
  expect(await ship({ 'index.html': 'two' })).toMatchObject({ outcome: 'committed' });
  expect(await bench.visit()).toBe('two');
  expect(await back()).toMatchObject({ outcome: 'committed', changed: true });
  expect(await bench.visit()).toBe('one');
  expect(JSON.stringify(notices), 'the key is nowhere').not.toContain(bench.vercel.token);
});

test('a promotion that fails takes nothing from the visitors, and the candidate is gone', async () => {
  await open(ALL_AT_ONCE);
  await ship({ 'index.html': 'one' });
  bench.vercel.scenario.promoteFails = true;
  expect(await ship({ 'index.html': 'two' })).toMatchObject({ outcome: 'rolled-back' });
  expect(await bench.visit()).toBe('one');
  const { deployments } = await bench.api<{ deployments: unknown[] }>('GET', '/v6/deployments');
  expect(deployments).toHaveLength(1);
});

test('a canary on Vercel is judged by its probes and ends with everybody on it', async () => {
  await open(CANARY);
  expect(await ship({ 'index.html': 'one' })).toMatchObject({ outcome: 'committed' });
  expect(await ship({ 'index.html': 'two' })).toMatchObject({ outcome: 'committed' });
  const stages = bench.vercel.requests.filter(({ path }) =>
    /rolling-release\/(start|approve-stage|complete)/.test(path),
  );
  expect(stages.map(({ path }) => path.split('?')[0]?.split('/').at(-1))).toEqual([
    'start',
    'approve-stage',
    'complete',
  ]);
  expect(await bench.visit()).toBe('two');
});

test('a plan without rolling releases is a refusal with its reason, and nothing was built', async () => {
  await open(CANARY, { plan: 'hobby' });
  await ship({ 'index.html': 'one' });
  const result = await ship({ 'index.html': 'two' });
  expect(result.outcome).toBe('refused');
  expect(result.refusal?.why).toContain('Rolling releases are not available on the Hobby plan.');
  const { deployments } = await bench.api<{ deployments: unknown[] }>('GET', '/v6/deployments');
  expect(deployments).toHaveLength(1);
});

test('the doctor tells what a deployment would meet', async () => {
  await open(ALL_AT_ONCE, { plan: 'hobby' });
  await ship({ 'index.html': 'one' });
  const look = async () => {
    const config = requireEnvironment(project.config, 'production').targets['web'];
    if (config?.type !== 'vercel') throw new Error('not a Vercel target');
    const place = { state: bench.home, environment: 'production', name: 'web', runtime: project.runtime };
    const found = await checkVercelTarget(config, { ...place, strategy: undefined }, never);
    return Object.fromEntries(found.map(({ what, status }) => [what, status]));
  };
  expect(await look()).toEqual({
    project: 'pass',
    canary: 'not-checked',
    protection: 'pass',
    'skew protection': 'warn',
    regions: 'not-checked',
  });
  await bench.api('PATCH', '/v9/projects/shop', { ssoProtection: { deploymentType: 'all' } });
  expect(await look()).toMatchObject({ protection: 'fail' });
});
