/** plan, check, config and doctor: everything that looks before anything happens. */
import { writeFileSync, readFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Finding } from '../../../src/cli/doctor/finding.ts';
import type { Preview } from '../../../src/core/preview.ts';
import { createProject, NOOP_CONFIG, type TestProject, widest } from './project.ts';

let project: TestProject;
afterEach(() => project.dispose());

const production = ['--env', 'production'];

test('plan shows the steps and changes nothing', async () => {
  project = createProject({ 'belay.yml': NOOP_CONFIG });
  const { code, stdout } = await project.belay('plan', ...production);
  expect(code).toBe(0);
  expect(stdout).toMatch(/2 {2}activate {2}web +move traffic/);
  expect(stdout).toContain('rollback  code-only: going back');
  expect(widest(stdout)).toBeLessThanOrEqual(80);
  expect(existsSync(join(project.path, '.belay/noop'))).toBe(false);
  expect((await project.belay('audit')).stdout).toBe('');
});

test('plan refuses with 3 what a deployment would refuse: drift', async () => {
  project = createProject({ 'belay.yml': NOOP_CONFIG });
  await project.json(0, 'deploy', ...production);
  const file = join(project.path, '.belay/noop/production/web.json');
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), live: 'by-hand' }));
  const plan = await project.json<Preview>(3, 'plan', ...production);
  expect(plan.objections.map((one) => one.gate)).toEqual(['drift']);
  expect(plan.drift[0]).toMatchObject({ target: 'web', saw: 'by-hand' });
  expect((await project.belay('plan', ...production)).stdout).toContain('--accept-drift');
});

test('plan refuses with 3 what a deployment would refuse: a commit that was taken back', async () => {
  project = createProject({ 'belay.yml': NOOP_CONFIG });
  await project.json(0, 'deploy', ...production);
  const bad = project.commit({ 'b.txt': 'b' });
  await project.json(0, 'deploy', ...production);
  await project.json(0, 'rollback', ...production, '--reason', 'slow');
  const plan = await project.json<Preview>(3, 'plan', ...production);
  expect(plan.objections).toMatchObject([{ gate: 'freeze', what: expect.stringContaining('slow') }]);
  expect(plan.plan.release.source.commit).toBe(bad);
});

test('check asks what is live, and never calls green what nobody looked at', async () => {
  project = createProject({ 'belay.yml': NOOP_CONFIG });
  expect(await project.belay('check', ...production)).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('nothing is live'),
  });
  await project.json(0, 'deploy', ...production);
  const { code, stdout } = await project.belay('check', ...production);
  expect(code).toBe(0);
  expect(stdout).toMatch(/– {2}not checked/);
  expect(await project.belay('check', ...production, '--target', 'wbe')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('web, api'),
  });
});

test('check fails when a configured check does, and shows what it saw', async () => {
  project = createProject({ 'belay.yml': NOOP_CONFIG, 'note.txt': '1' });
  await project.json(0, 'deploy', ...production);
  const health = 'checks: { commands: [{ name: smoke, run: "echo broken pipe >&2; exit 3" }] }';
  project.commit({ 'belay.yml': NOOP_CONFIG.replace('  production:\n', `  production:\n    ${health}\n`) });
  const { code, stdout } = await project.belay('check', ...production);
  expect(code).toBe(1);
  expect(stdout).toMatch(/▲ {2}fail +smoke/);
});

test('config says what is wrong with its line, and what a key is and where it comes from', async () => {
  project = createProject({ 'belay.yml': NOOP_CONFIG });
  expect(await project.belay('config', 'validate')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('staging, production · 3 targets'),
  });
  expect((await project.belay('config', 'explain', 'environments.production.strategy')).stdout).toMatch(
    /value +blue-green\n +from +default/,
  );
  expect(await project.belay('config', 'explain', 'environments.production.stratgy')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('strategy'),
  });
  expect(await project.belay('config', 'valdiate')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('belay config validate'),
  });
  project.commit({ 'belay.yml': `${NOOP_CONFIG}\ncolour: red\n` });
  expect(await project.belay('config', 'validate')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/belay\.yml:\d+/),
  });
});

test('config show names secrets and never their values', async () => {
  const config =
    'app: shop\nstore: { type: postgres, url: { secret: STORE_URL } }\nenvironments: { production: { targets: { web: { type: noop } } } }\n';
  project = createProject({ 'belay.yml': config }, { STORE_URL: 'postgres://u:hunter22@127.0.0.1:1/x' });
  const { stdout, stderr } = await project.belay('config', 'show');
  expect(stdout).toContain('[secret STORE_URL]');
  expect(stdout + stderr).not.toContain('hunter22');
});

test('doctor passes a sound project', async () => {
  project = createProject({ 'belay.yml': NOOP_CONFIG });
  const { findings } = await project.json<{ findings: Finding[] }>(0, 'doctor');
  const status = Object.fromEntries(findings.map((one) => [one.what, one.status]));
  expect(status).toMatchObject({
    node: 'pass',
    git: 'pass',
    configuration: 'pass',
    store: 'pass',
    'checks production': 'not-checked',
  });
  expect(widest((await project.belay('doctor')).stdout)).toBeLessThanOrEqual(80);
});

test('doctor names each thing that would fail, with the command that fixes it', async () => {
  const config = `
app: shop
environments:
  production:
    targets:
      web: { type: local, start: no-such-program server.js, port: 1, env: { KEY: { secret: SHOP_KEY } } }
`;
  project = createProject({ 'belay.yml': config });
  const { findings } = await project.json<{ findings: Finding[] }>(1, 'doctor');
  const failed = findings.filter((one) => one.status === 'fail').map((one) => `${one.what}: ${one.text}`);
  expect(failed).toEqual([expect.stringContaining('no-such-program'), expect.stringContaining('SHOP_KEY')]);
  expect(findings.find((one) => one.what === 'daemon')?.status).toBe('not-checked');
});

test('doctor finds a project that cannot be opened, and says that the rest was not looked at', async () => {
  project = createProject({ 'belay.yml': 'app: shop\n' });
  const { code, stdout } = await project.belay('doctor');
  expect(code).toBe(1);
  expect(stdout).toMatch(/▲ fail +project/);
  expect(stdout).toContain('not checked');
});
