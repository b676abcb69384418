/** Going back when there is little to go back to: pruned, live already, nothing before, frozen. */
import { afterEach, expect, test } from 'vitest';
import type { EnvironmentRow } from '../../../src/core/views.ts';
import { createProject, NOOP_CONFIG, type ScratchProject } from '../../support/project.ts';
import { readEvents, readNoop, readRecord } from '../../support/recorded.ts';
import { createShop } from '../../support/shop.ts';

const projects: ScratchProject[] = [];
afterEach(async () => {
  await Promise.all(projects.splice(0).map((project) => project.dispose()));
});

function newProject(config = NOOP_CONFIG): ScratchProject {
  const project = createProject({ 'belay.yml': config });
  projects.push(project);
  return project;
}

async function expectDeploys(project: ScratchProject): Promise<string> {
  const ran = await project.run('deploy');
  expect(ran.code, ran.stderr).toBe(0);
  return (await readRecord(project)).environment?.live?.release ?? '';
}

test('to a release that was pruned: said, with the commit to deploy again; what is live stays', async () => {
  const shop = await createShop({ target: ['keep: 2', 'standby: false'] });
  projects.push(shop);
  const first = await expectDeploys(shop);
  const commit = shop.git('rev-parse', '--short=7', 'HEAD');
  for (const version of ['two', 'three']) {
    shop.release(version);
    await expectDeploys(shop);
  }
  const ran = await shop.run('rollback', first);
  expect(ran.code, ran.stderr).toBe(1);
  expect(ran.stderr).toContain(`${first} cannot be brought back on web`);
  expect(ran.stderr).toContain('its artefact was pruned');
  expect(ran.stderr).toContain(`belay deploy ${commit}`);
  expect(await shop.version()).toBe('three');
  const { releases } = await shop.json<{ releases: { id: string; state: string }[] }>('releases');
  expect(releases.find((release) => release.id === first)?.state).toBe('pruned');
  const again = await shop.run('deploy', commit);
  expect(again.code, again.stderr).toBe(0);
  expect(await shop.version()).toBe('one');
});

test('to what is live already: done, and nothing changed; a commit that was left is frozen until a person says why', async () => {
  const project = newProject();
  const first = await expectDeploys(project);
  const missing = await project.run('rollback');
  expect(missing.code).toBe(1);
  expect(missing.stderr).toContain('is the first release that ran there');
  const bad = project.commit('second');
  const second = await expectDeploys(project);
  const same = await project.json<{ changed: boolean; exitCode: number }>('rollback', second);
  expect(same).toMatchObject({ changed: false, exitCode: 0 });

  const back = await project.run('rollback', '--reason', 'orders are lost');
  expect(back.code, back.stderr).toBe(0);
  expect(readNoop(project, 'web').live).toBe(first);
  const frozen = await project.run('deploy', bad);
  expect(frozen.code, frozen.stderr).toBe(4);
  expect(frozen.stderr).toContain('orders are lost');
  expect(frozen.stderr).toContain('--despite-freeze');
  expect(readNoop(project, 'web').live).toBe(first);
  const despite = await project.run('deploy', bad, '--despite-freeze', 'the queue was full');
  expect(despite.code, despite.stderr).toBe(0);
  expect((await readRecord(project)).environment?.frozen).toEqual([]);
});

test('G7: the first deployment of all fails: nothing is live afterwards, and that is what it says', async () => {
  const project = newProject(NOOP_CONFIG.replace('web: { type: noop }', 'web: { type: noop, fail: activate }'));
  const failed = await project.run('deploy');
  expect(failed.code, failed.stderr).toBe(5);
  expect(failed.stderr).toContain('web was told to fail to activate');
  expect(failed.stderr).toContain('  live  nothing has been deployed to production yet');
  for (const target of ['api', 'web', 'jobs']) {
    expect(readNoop(project, target)).toMatchObject({ live: null, releases: {} });
  }
  const status = await project.json<{ environments: { row: EnvironmentRow }[] }>('status');
  expect(status.environments[0]?.row.live).toBeNull();
});

const JOBS_FAIL = NOOP_CONFIG.replace('jobs: { type: noop }', 'jobs: { type: noop, fail: activate }');

/** Passes before traffic moves and fails after, when the file `broken` is there. */
const LATE_CHECK = `${NOOP_CONFIG}    strategy: { type: blue-green, soak: 1s }
    triggers: []
    checks: { commands: [{ name: orders, run: 'if [ -e seen ]; then exit 1; fi; [ ! -e broken ] || touch seen' }] }
`;

async function expectAllOn(project: ScratchProject, release: string): Promise<void> {
  for (const target of ['api', 'web', 'jobs']) {
    const { live, releases } = readNoop(project, target);
    expect([live, ...Object.keys(releases)]).toEqual([release, release]);
  }
}

test('G8: a release that fails behind the switch: every target goes back, the last one first', async () => {
  const project = newProject(LATE_CHECK);
  const first = await expectDeploys(project);
  project.commit('second');
  project.write('broken', '');
  const failed = await project.run('deploy');
  expect(failed.code, failed.stderr).toBe(5);
  expect(failed.stderr).toContain('orders fail');
  const undone = [...failed.stderr.matchAll(/↩ (activate|stage) +(\w+)/g)].map(
    ([, step, target]) => `${step} ${target}`,
  );
  expect(undone).toEqual(['activate jobs', 'activate web', 'activate api', 'stage jobs', 'stage web', 'stage api']);
  await expectAllOn(project, first);
});

test('G11: an undo that always fails ends: stuck, what is left is listed, and `recover` finishes it once it can', async () => {
  const project = newProject();
  const first = await expectDeploys(project);
  project.commit('jobs fail', { 'belay.yml': JOBS_FAIL });
  const failed = await project.run('deploy');
  expect(failed.code, failed.stderr).toBe(6);
  expect(failed.stderr).toContain('cannot undo activate:jobs after 3 attempts');
  const closed = await project.run('deploy');
  expect(closed.code, closed.stderr).toBe(6);
  expect(closed.stderr).toContain('belay recover');
  const status = await project.run('status');
  expect(status.code).toBe(6);
  expect(status.stdout).toContain('cannot undo activate:jobs');
  const raised = (await readEvents(project)).find((event) => event.kind === 'attention.raised');
  expect(raised?.data).toMatchObject({ remaining: expect.arrayContaining(['activate:api', 'activate:web']) });
  project.write('belay.yml', NOOP_CONFIG);
  const recovered = await project.run('recover');
  expect(recovered.code, recovered.stderr).toBe(5);
  await expectAllOn(project, first);
  expect((await project.run('status')).code).toBe(0);
});
