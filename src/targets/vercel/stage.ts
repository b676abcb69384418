/** Makes a release on Vercel that takes no traffic: source or build output uploaded, built, and followed until it is ready. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReleaseRef } from '../../core/release.ts';
import { checkoutIn, type Checkout } from '../checkout/checkout.ts';
import { aborted, runUserCommand } from '../checkout/command.ts';
import { endLeftCommand } from '../checkout/leftovers.ts';
import { unpackSource } from '../checkout/unpack.ts';
import type { TargetContext } from '../target.ts';
import type { Project } from './api-types.ts';
import { createDeployment, type Wanted } from './create-deployment.ts';
import { removeOwn } from './discard.ts';
import { followBuild } from './follow-build.ts';
import { hashFiles } from './hash-files.ts';
import { manifestDigest } from './manifest.ts';
import { isUnderWay, ownDeployments } from './own-deployments.ts';
import { stagingNotes } from './notes.ts';
import { META, refOf, type VercelSetup } from './setup.ts';
import { listPrebuilt, listSource } from './shipped-files.ts';
import { noteUnchanged } from './unchanged.ts';

/** How long what was begun may take to be taken back when staging is interrupted. */
const TIDY_MS = 10_000;

/** @throws Problem SOURCE_INVALID, BUILD_FAILED, TARGET_FAILED, TARGET_UNREACHABLE, INTERRUPTED, TIMEOUT */
export async function stageRelease(ctx: TargetContext, setup: VercelSetup): Promise<ReleaseRef> {
  if (ctx.signal.aborted) throw aborted(ctx.signal, 'Staging');
  try {
    return await make(ctx, setup);
  } catch (error) {
    // A build that goes on by itself would be taken for a release when it is ready.
    if (!ctx.signal.aborted) throw error;
    await removeOwn({ ...ctx, signal: AbortSignal.timeout(TIDY_MS) }, setup);
    throw aborted(ctx.signal, 'Staging');
  }
}

async function make(ctx: TargetContext, setup: VercelSetup): Promise<ReleaseRef> {
  const project = await setup.api.project(ctx.signal);
  for (const note of stagingNotes(project)) ctx.say(note);
  const folder = checkoutIn(join(setup.options.home, 'releases', ctx.deployment), ctx.deployment);
  try {
    const wanted = await prepare(ctx, setup, project, folder);
    const live = project.targets?.production;
    // A canary needs two releases to compare.
    const mayKeep = live && !project.paused && !setup.options.stages;
    if (mayKeep && live.meta?.[META.manifest] === wanted.manifest) {
      ctx.say(`unchanged: ${live.id} is live and is made of the same files, settings and variables`);
      await noteUnchanged(setup, ctx.deployment, live.id);
      return refOf(setup, live);
    }
    const { id } = (await begunBefore(ctx, setup)) ?? (await createDeployment(ctx, setup, wanted));
    return refOf(setup, await followBuild(ctx, setup, id));
  } finally {
    await removeFolder(folder);
  }
}

/** Of an earlier attempt of the same deployment. */
async function begunBefore(ctx: TargetContext, setup: VercelSetup) {
  const own = await ownDeployments(ctx, setup);
  return own.find((one) => one.readyState === 'READY' || isUnderWay(one));
}

async function prepare(ctx: TargetContext, setup: VercelSetup, project: Project, folder: Checkout): Promise<Wanted> {
  const { options } = setup;
  if (options.how === 'git') {
    const content = { commit: ctx.source.commit };
    return { project, root: null, content, manifest: manifestDigest(options, project, content) };
  }
  await removeFolder(folder);
  await mkdir(folder.tree, { recursive: true, mode: 0o700 });
  await unpackSource(ctx, options.source, folder);
  const root = options.root === undefined ? folder.tree : join(folder.tree, options.root);
  if (options.how === 'prebuilt') await build(ctx, setup, project, folder);
  const paths = await (options.how === 'prebuilt' ? listPrebuilt(root) : listSource(root));
  const content = await hashFiles(root, paths, ctx.signal);
  return { project, root, content, manifest: manifestDigest(options, project, content) };
}

async function build(ctx: TargetContext, { options }: VercelSetup, project: Project, folder: Checkout): Promise<void> {
  await runUserCommand(ctx, folder, {
    what: 'build',
    line: options.build,
    limitMs: options.buildLimitMs,
    env: {
      CI: '1',
      VERCEL_TELEMETRY_DISABLED: '1',
      VERCEL_TOKEN: options.token,
      VERCEL_ORG_ID: project.accountId,
      VERCEL_PROJECT_ID: project.id,
    },
  });
}

/** Vercel has what was made of it. */
async function removeFolder(folder: Checkout): Promise<void> {
  await endLeftCommand(folder);
  await rm(folder.path, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
}
