/** Makes a release: the push request of a commit, written by the project's own command line without asking any server. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '../../core/errors.ts';
import type { ReleaseRef } from '../../core/release.ts';
import { holdsComponent } from '../../platforms/convex/component.ts';
import { marked, type PushRequest, schemaHash } from '../../platforms/convex/push-request.ts';
import { describeEvaluation } from '../../platforms/convex/schema-evaluation.ts';
import type { TargetContext } from '../target.ts';
import { type Checkout, checkoutIn } from '../checkout/checkout.ts';
import { aborted } from '../checkout/command.ts';
import { installDependencies } from '../checkout/install.ts';
import { endLeftCommand } from '../checkout/leftovers.ts';
import { unpackSource } from '../checkout/unpack.ts';
import { handedOver } from './handed-over.ts';
import { keepRelease, keptReleases, readKept, refOf } from './kept-releases.ts';
import type { ConvexSetup } from './options.ts';
import { schemaVersionOf } from './schema-version.ts';

/** The vendor's program, as the project has installed it: it bundles with the version that the functions were written for. */
const PROGRAM = 'node_modules/convex/bin/main.js';

/** It wants to know a deployment although it asks none. */
const NOBODY = { CONVEX_SELF_HOSTED_URL: 'http://127.0.0.1:1', CONVEX_SELF_HOSTED_ADMIN_KEY: 'nobody|00', CI: '1' };

/** @throws Problem SOURCE_INVALID, BUILD_FAILED, TIMEOUT, TOOL_MISSING, INTERRUPTED, TARGET_UNREACHABLE */
export async function stageRelease(ctx: TargetContext, setup: ConvexSetup): Promise<ReleaseRef> {
  const found = await findStaged(ctx, setup);
  if (found) return found;
  if (ctx.signal.aborted) throw aborted(ctx.signal, 'Staging');
  const tested = await handedOver(setup, ctx.source.commit);
  if (tested) {
    ctx.say(`${tested.id} is what ${tested.from} runs: taken as it is, nothing is bundled`);
    return keep(ctx, setup, tested);
  }
  const checkout = checkoutOf(setup, ctx.deployment);
  await removeCheckout(checkout);
  await mkdir(checkout.tree, { recursive: true, mode: 0o700 });
  try {
    await unpackSource(ctx, setup.options.source, checkout);
    await installDependencies(ctx, setup.home, setup.options, checkout);
    const release = marked(await bundle(ctx, setup, checkout));
    if (setup.holdsStore) requireComponent(release.request);
    return await keep(ctx, setup, release);
  } finally {
    await removeCheckout(checkout);
  }
}

interface Bundled {
  readonly id: string;
  readonly request: PushRequest;
}

async function keep(ctx: TargetContext, setup: ConvexSetup, { id, request }: Bundled): Promise<ReleaseRef> {
  await foresee(ctx, setup, request);
  const before = await readKept(setup, id);
  const record = {
    id,
    deployments: [...(before?.deployments ?? []), ctx.deployment],
    commit: ctx.source.commit,
    stagedAt: new Date().toISOString(),
    schema: schemaHash(request),
    schemaVersion: await schemaVersionOf(ctx, setup, request),
  };
  await keepRelease(setup, record, request);
  return refOf({ format: 1, ...record }, (await setup.client()).url);
}

/** A push without it would take the record out of the deployment, in the middle of what it records. */
export function requireComponent(request: PushRequest): void {
  if (holdsComponent(request)) return;
  throw new Problem('GATE_REFUSED', 'This release would take the record of Belay out of the deployment', {
    why: 'the store is in this deployment, and convex/convex.config.ts does not use the component of belayctl',
    next: 'app.use(belay) in convex/convex.config.ts (docs/convex-component.md), commit, and deploy again',
    retry: 'after-change',
  });
}

function checkoutOf({ home }: ConvexSetup, deployment: string): Checkout {
  return checkoutIn(join(home, 'checkouts', deployment.replaceAll(/[^\w-]/g, '')), deployment);
}

async function removeCheckout(checkout: Checkout): Promise<void> {
  await endLeftCommand(checkout);
  await rm(checkout.path, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
}

async function bundle(ctx: TargetContext, { options }: ConvexSetup, { path, tree }: Checkout): Promise<PushRequest> {
  const program = join(tree, PROGRAM);
  if (!existsSync(program)) {
    throw new Problem('TOOL_MISSING', 'The project has no convex package', {
      why: `${PROGRAM} is not there after ${options.install === undefined ? 'no install: none is configured' : `\`${options.install}\``}`,
      next: 'npm install convex, commit, and deploy again',
      retry: 'after-change',
    });
  }
  const file = join(path, 'push');
  const flags = ['--write-push-request', file, '--push-all-modules', '--typecheck', 'try'];
  const result = await ctx.exec(['node', program, 'deploy', ...flags], {
    cwd: tree,
    env: { ...options.env, ...NOBODY },
    limitMs: options.buildLimitMs,
    signal: ctx.signal,
    onLine: ctx.say,
  });
  if (result.ended === 'aborted') throw aborted(ctx.signal, 'Bundling');
  const written = [`${file}.json`, file].find((one) => existsSync(one));
  if (result.code === 0 && written) return JSON.parse(await readFile(written, 'utf8')) as PushRequest;
  throw new Problem(result.ended === 'timeout' ? 'TIMEOUT' : 'BUILD_FAILED', 'The Convex functions cannot be bundled', {
    why: result.tail.find((line) => line.includes('✖')) ?? result.tail.at(-1) ?? `convex ended by ${result.ended}`,
    next: 'npx convex deploy --dry-run   shows the same; fix it, commit, and deploy again',
    retry: 'after-change',
    details: result.tail,
  });
}

/** What the push will mean for the data that is there, from the deployment itself. Nothing is written. */
async function foresee(ctx: TargetContext, setup: ConvexSetup, request: PushRequest): Promise<void> {
  const seen = await (await setup.client()).evaluateSchema(request, ctx.signal);
  if (!seen) ctx.say('schema: this deployment cannot say beforehand what it means for the data');
  for (const line of seen ? describeEvaluation(seen) : []) ctx.say(`schema: ${line}`);
}

export async function findStaged(ctx: TargetContext, setup: ConvexSetup): Promise<ReleaseRef | null> {
  const found = (await keptReleases(setup)).findLast(({ deployments }) => deployments.includes(ctx.deployment));
  return found ? refOf(found, (await setup.client()).url) : null;
}

/** What an interrupted `stage` left on this machine. */
export async function removeLeftovers(ctx: TargetContext, setup: ConvexSetup): Promise<void> {
  await removeCheckout(checkoutOf(setup, ctx.deployment));
}
