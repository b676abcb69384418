/** The built command in a run of GitHub Actions: summary, outputs, annotations, groups, masks, deployments and statuses. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ActionsRun, startActionsRun } from '../../support/actions-run.ts';
import { createProject, type ScratchProject } from '../../support/project.ts';

const CI = '--allow-local-store-in-ci';
const config = (target: string) => `app: shop
environments:
  production:
    targets: { web: ${target} }
    bake: { time: 0s, triggers: [] }
`;
const GOOD = config('{ type: noop }');
const FAILS = config('{ type: noop, fail: stage }');

let run: ActionsRun;
let project: ScratchProject;

beforeEach(async () => {
  run = await startActionsRun();
  project = createProject({ 'belay.yml': GOOD }, run.env);
});
afterEach(async () => {
  await project.dispose();
  await run.dispose();
});

const head = () => project.git('rev-parse', 'HEAD');

test('a deployment that commits: summary, outputs, one deployment with its statuses, no annotation', async () => {
  const { code, stderr } = await project.run('deploy', CI);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const outputs = run.outputs();
  expect(outputs).toMatchObject({ outcome: 'committed', release: outputs['live'], 'rollback-class': 'code-only' });
  expect(outputs['deployment']).toMatch(/^d-/);
  expect(run.summary()).toContain(`### ● committed: ${outputs['deployment']}`);
  expect(run.summary()).toContain(`https://github.com/acme/shop/commit/${head()}`);
  expect(run.summary()).toMatch(/\| ● \| activate \| web .* \| [\d.]+ m?s \|/);
  expect(run.summary()).toContain('| next | <code>belay status</code> |');
  expect(stderr).not.toMatch(/^::(error|warning)/m);
  expect(run.github.deployments).toMatchObject([
    { sha: head(), environment: 'production', task: 'deploy', production: true },
  ]);
  expect(run.states()).toEqual(['success in_progress']);
  const [success] = run.github.deployments[0]?.statuses ?? [];
  expect(success).toMatchObject({ logUrl: 'https://github.com/acme/shop/actions/runs/77/attempts/1' });
  expect(success?.description).toBe(`${outputs['release']} is live`);
});

test('a deployment that fails: an error, failure for its commit, and success for the one that runs again', async () => {
  await project.run('deploy', CI);
  const good = head();
  run.nextStep();
  const bad = project.commit('worse', { 'belay.yml': FAILS });
  const { code, stderr } = await project.run('deploy', CI);
  expect(code).toBe(5);
  expect(stderr).toMatch(/^::error title=belay%3A rolled back::.*told to fail to stage.*%0ALive: r-/m);
  expect(run.outputs()).toMatchObject({ outcome: 'rolled-back' });
  expect(run.outputs()['live']).not.toBe(run.outputs()['release']);
  expect(run.summary()).toContain('### ↩ rolled back');
  const [first, failed, restored] = run.github.deployments;
  expect([first?.sha, failed?.sha, restored?.sha]).toEqual([good, bad, good]);
  expect(failed?.statuses[0]).toMatchObject({ state: 'failure', description: expect.stringMatching(/^rolled back: /) });
  expect(restored).toMatchObject({ task: 'rollback', statuses: [{ state: 'success' }] });
  expect(restored?.statuses[0]?.description.length).toBeLessThanOrEqual(140);
  // Of production GitHub keeps every success active: the older one is made inactive by us.
  expect(run.states()).toEqual(['inactive success in_progress', 'failure in_progress', 'success']);
});

test('where a person has to look, no release is called live', async () => {
  await project.run('deploy', CI);
  run.nextStep();
  project.commit('cannot go back', { 'belay.yml': config('{ type: noop, fail: activate }') });
  const { code, stderr } = await project.run('deploy', CI);
  expect({ code, stderr }).toMatchObject({ code: 6 });
  expect(run.outputs()).toMatchObject({ outcome: 'stuck', live: '', url: '' });
  expect(run.states().at(-1)).toBe('error in_progress');
  expect(stderr).toMatch(/^::error title=belay%3A needs you::/m);
});

test('a rollback by hand is a deployment of the commit that is gone back to', async () => {
  await project.run('deploy', CI);
  const good = head();
  project.commit('second');
  await project.run('deploy', CI);
  run.nextStep();
  expect(await project.run('rollback', CI, '--reason', 'a | b <script>\n::error::x')).toMatchObject({ code: 0 });
  expect(run.github.deployments.at(-1)).toMatchObject({ sha: good, task: 'rollback' });
  expect(run.states()).toEqual(['inactive success in_progress', 'inactive success in_progress', 'success in_progress']);
  expect(run.summary()).not.toContain('<script>');
  expect(run.outputs()).toMatchObject({ outcome: 'committed', live: run.outputs()['release'] });
});

test('GitHub being away changes no outcome, takes a few seconds at most, and is said once', async () => {
  run.github.inject({ on: 'POST /repos/*', kind: 'hang', times: 100 });
  const before = performance.now();
  const { code, stderr } = await project.run('deploy', CI);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(performance.now() - before).toBeLessThan(15_000);
  expect(stderr.match(/^::warning title=belay%3A not told::GitHub was not told/gm)).toHaveLength(1);
  expect(run.summary()).toContain('| not told | GitHub was not told');
  expect(run.outputs()).toMatchObject({ outcome: 'committed' });
});

test('a lost answer makes no second deployment: it is looked for, and nothing of it is left out', async () => {
  run.github.inject({ on: `POST /repos/${run.github.repo}/deployments`, kind: 'lost-answer' });
  const { code, stderr } = await project.run('deploy', CI);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(run.states()).toEqual(['success in_progress']);
});

test('a token that may not, and a problem before anything was begun: told with what to do', async () => {
  const wrong = project.start(['deploy', CI], { env: { GITHUB_TOKEN: 'ghs_of_somebody_else' } });
  expect(await wrong.ended).toMatchObject({ code: 0, stderr: expect.stringContaining('`deployments: write`') });
  run.nextStep();
  const { code, stderr } = await project.run('deploy', CI, '--env', 'producton');
  expect(code).toBe(2);
  expect(stderr).toMatch(/^::error title=belay%3A There is no environment producton::/m);
  expect(run.summary()).toContain('did you mean production?');
  expect(run.outputs()).toEqual({ outcome: 'none' });
});

test('secrets: masked for the runner, and in no other line, file or request', async () => {
  const [key, several] = ['k3y-which-nobody-may-see', 'first-line-50%\nsecond-line-100%'];
  const env = { API_KEY: key, CERTIFICATE: several };
  const target =
    '{ type: local, start: node a.js, build: \'echo "key $API_KEY"; exit 1\', port: 1024, env: { API_KEY: { secret: API_KEY }, CERTIFICATE: { secret: CERTIFICATE } } }';
  project.commit('with secrets', { 'belay.yml': config(target), 'a.js': '' });
  const { code, stdout, stderr } = await project.start(['deploy', CI], { env }).ended;
  expect({ code, stderr }).toMatchObject({ code: 5 });
  const masks = stderr.split('\n').filter((line) => line.startsWith('::add-mask::'));
  expect(masks).toContain(`::add-mask::${key}`);
  expect(masks).toContain('::add-mask::first-line-50%25%0Asecond-line-100%25');
  expect(masks).toContain(`::add-mask::${run.github.token}`);
  const rest = stderr.split('\n').filter((line) => !line.startsWith('::add-mask::'));
  const elsewhere = [...rest, stdout, run.summary(), JSON.stringify([run.outputs(), run.github.requests])].join('\n');
  expect(elsewhere).toContain('key [secret]');
  for (const secret of [key, run.github.token, 'second-line']) expect(elsewhere).not.toContain(secret);
});

test('what a step prints is folded under it, and what it comes to is not', async () => {
  const target = '{ type: local, start: node a.js, build: "echo ::error::not ours; echo built; exit 1", port: 1024 }';
  project.commit('builds', { 'belay.yml': config(target), 'a.js': '' });
  const { stderr } = await project.run('deploy', CI);
  expect(stderr).toMatch(/^::group::stage {2}web\n(.* {6}.*\n)*.* built\n(.* {6}.*\n)*::endgroup::\n.*▲ stage/m);
  expect(stderr).not.toMatch(/^::error::not ours/m);
  expect(run.summary()).toContain('<details><summary>stage: last lines</summary><pre>');
});

test('a cancelled run goes back; one that is killed has no outcome, and `recover` ends what GitHub was told', async () => {
  await project.run('deploy', CI);
  const good = head();
  run.nextStep();
  const target = '{ type: local, start: node a.js, build: "echo builds; sleep 600", port: 1024 }';
  const local =
    config('{ type: noop }') + `  staging:\n    targets: { web: ${target} }\n    bake: { time: 0s, triggers: [] }\n`;
  project.commit('slow', { 'belay.yml': local, 'a.js': '' });
  const slow = project.start(['deploy', CI, '--env', 'staging']);
  await slow.saw(' builds');
  slow.child.kill('SIGINT');
  expect(await slow.ended).toMatchObject({ code: 5 });
  expect(run.outputs()).toMatchObject({ outcome: 'rolled-back', live: '' });
  expect(run.github.deployments.at(-1)).toMatchObject({ environment: 'staging', statuses: [{ state: 'failure' }, {}] });

  run.nextStep();
  const killed = project.start(['deploy', CI, '--env', 'staging']);
  await killed.saw(' builds');
  killed.child.kill('SIGKILL');
  await killed.ended;
  expect(run.outputs()).toEqual({});
  expect(run.states().at(-1)).toBe('in_progress');
  const recovered = await project.run('recover', CI, '--env', 'staging');
  expect(recovered).toMatchObject({ code: 5 });
  expect(run.outputs()).toMatchObject({ outcome: 'rolled-back' });
  expect(run.states().at(-1)).toBe('failure in_progress');
  expect(run.github.deployments.filter(({ sha }) => sha === good)).toHaveLength(1);
});
