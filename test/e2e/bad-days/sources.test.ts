/** Nothing that can be released: each way is refused before anything changes, with the way out. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createProject, NOOP_CONFIG, type ScratchProject } from '../../support/project.ts';
import { readEvents, readNoop } from '../../support/recorded.ts';

const projects: ScratchProject[] = [];
afterEach(async () => {
  await Promise.all(projects.splice(0).map((project) => project.dispose()));
});

function newProject(): ScratchProject {
  const project = createProject({ 'belay.yml': NOOP_CONFIG });
  projects.push(project);
  return project;
}

async function expectRefused(project: ScratchProject, args: readonly string[], ...words: readonly string[]) {
  const before = readNoop(project, 'api').live;
  const ran = await project.run('deploy', ...args);
  expect(ran.code, ran.stderr).toBe(1);
  for (const word of [...words, '  live  ', '  next  ']) expect(ran.stderr).toContain(word);
  expect(readNoop(project, 'api').live).toBe(before);
  return ran;
}

test('a folder that is no git repository: both ways out are named', async () => {
  const project = newProject();
  rmSync(join(project.folder, '.git'), { recursive: true });
  await expectRefused(project, [], 'is not a git repository', 'git -C', 'source: { directory:');
});

test('a repository without a commit: the command that makes one', async () => {
  const project = newProject();
  rmSync(join(project.folder, '.git'), { recursive: true });
  project.git('init', '--quiet');
  await expectRefused(project, [], 'has no commit yet', 'commit -m');
});

test('an unknown commit: the closest name, and what is live stays said', async () => {
  const project = newProject();
  expect((await project.run('deploy')).code).toBe(0);
  project.git('branch', 'feature/basket');
  await expectRefused(project, ['feature/baskt'], 'feature/basket', readNoop(project, 'api').live ?? '');
  // A refusal that early is no deployment: the record has the first one alone.
  expect((await readEvents(project)).filter((event) => event.kind === 'deployment.opened')).toHaveLength(1);
});

test('a dirty work tree: said while deploying, and counted in the journal', async () => {
  const project = newProject();
  project.write('belay.yml', `${NOOP_CONFIG}# changed\n`);
  project.write('new.txt', 'never added');
  const ran = await project.run('deploy');
  expect(ran.code, ran.stderr).toBe(0);
  expect(ran.stderr).toContain('2 uncommitted changes are not part of');
  const [opened] = await readEvents(project);
  expect(opened).toMatchObject({ kind: 'deployment.opened', data: { source: { uncommitted: 2 } } });
});
