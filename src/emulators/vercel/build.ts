/** Builds a deployment: lays its source out, runs the project's build command in it, tells each line. */
import { existsSync } from 'node:fs';
import { execFile } from 'node:child_process';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { createExec } from '../../util/exec.ts';
import type { Deployment, Project, ReadyState } from './model.ts';
import { layOut } from './uploads.ts';
import type { World } from './world.ts';

const BUILD_LIMIT_MS = 10 * 60_000;
const VercelJson = z.object({ crons: z.array(z.object({ path: z.string(), schedule: z.string() })).optional() });

/** Sets the state and tells it to who follows the events. */
export function enter(deployment: Deployment, readyState: ReadyState): void {
  deployment.readyState = readyState;
  deployment.events.push({ type: 'deployment-state', created: Date.now(), text: '', readyState });
}

/** From QUEUED to READY, ERROR, CANCELED or BLOCKED. Never throws: how it went is in the deployment. */
export async function build(world: World, project: Project, deployment: Deployment): Promise<void> {
  const { signal } = deployment.stopBuild;
  if (world.scenario.queueStuck) return;
  const forced = world.scenario.buildState;
  if (forced === 'BLOCKED' || forced === 'CANCELED') {
    if (forced === 'CANCELED') deployment.canceledAt = Date.now();
    return enter(deployment, forced);
  }
  enter(deployment, 'BUILDING');
  deployment.buildingAt = Date.now();
  try {
    await delay(world.scenario.buildMs ?? 0, undefined, { signal });
    await prepare(world, project, deployment);
    if (forced === 'ERROR') throw new BuildFailure('Command "npm run build" exited with 1');
    if (project.build !== null && !deployment.prebuilt) await run(world, project.build, deployment);
    if (signal.aborted) return;
    deployment.ready = Date.now();
    enter(deployment, 'READY');
  } catch (error) {
    if (signal.aborted) return;
    const message = error instanceof Error ? error.message : String(error);
    deployment.error = {
      code: error instanceof BuildFailure ? 'BUILD_UTILS_SPAWN_1' : 'UNEXPECTED_ERROR',
      message,
      step: 'buildStep',
    };
    deployment.events.push({ type: 'stderr', created: Date.now(), text: `Error: ${message}` });
    enter(deployment, 'ERROR');
  }
}

class BuildFailure extends Error {}

async function prepare(world: World, project: Project, deployment: Deployment): Promise<void> {
  const { folder, gitSource } = deployment;
  if (gitSource !== null && deployment.files.length === 0) await checkOut(world, project, deployment);
  else await layOut(world.home, deployment.files, folder);
  if (project.nodeModules !== null && !existsSync(join(folder, 'node_modules'))) {
    await linkModules(project.nodeModules, join(folder, 'node_modules'));
  }
  const written = await readFile(join(folder, 'vercel.json'), 'utf8').catch(() => '{}');
  deployment.crons = VercelJson.safeParse(JSON.parse(written)).data?.crons ?? [];
}

/** `git archive` of the commit in the repository that stands behind the project. */
async function checkOut(world: World, project: Project, { folder, gitSource, stopBuild }: Deployment): Promise<void> {
  const commit = gitSource?.sha ?? gitSource?.ref;
  if (project.repository === null || !commit) throw new BuildFailure('The Git source could not be fetched');
  await mkdir(folder, { recursive: true });
  const archive = 'git -C "$REPOSITORY" archive --format=tar "$COMMIT" | tar -x';
  const exec = createExec({ ...world.environment, REPOSITORY: project.repository, COMMIT: commit });
  const { stderr } = await exec(['sh', '-c', archive], { cwd: folder, signal: stopBuild.signal });
  if (stderr !== '') throw new BuildFailure(`There was a permanent problem cloning the repo. ${stderr}`);
}

async function run(world: World, command: string, deployment: Deployment): Promise<void> {
  deployment.events.push({ type: 'command', created: Date.now(), text: `Running "${command}"` });
  const exec = createExec(world.environment);
  const { code } = await exec(['sh', '-c', command], {
    cwd: deployment.folder,
    env: deployment.env,
    limitMs: BUILD_LIMIT_MS,
    signal: deployment.stopBuild.signal,
    onLine: (text) => deployment.events.push({ type: 'stdout', created: Date.now(), text }),
  });
  if (code !== 0) throw new BuildFailure(`Command "${command}" exited with ${code ?? 'a signal'}`);
}

/** Bundlers refuse what lies outside of the source: files are shared one by one, and the folder as a whole only where that cannot be. */
async function linkModules(from: string, to: string): Promise<void> {
  try {
    await promisify(execFile)('cp', ['-al', from, to]);
  } catch {
    await symlink(from, to);
  }
}
