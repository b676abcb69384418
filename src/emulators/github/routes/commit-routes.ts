/** The repository, commits, comparisons, commit statuses, check runs. */
import { z } from 'zod';
import type { EmulatorRequest } from '../../http/request.ts';
import type { Routes } from '../../http/routes.ts';
import { compare, readCommit } from '../commits.ts';
import { paged } from '../page.ts';
import { notFound, readBody } from '../refusal.ts';
import { repoUrl, showCheckRun, showCommitStatus } from '../show.ts';
import { showCommit, showMinimalRepository, showRepository } from '../show-repository.ts';
import { type CheckRun, type CommitStatus, commitOf, mustBeCommit, type World } from '../world.ts';

const REPO = '/repos/:owner/:repo';
const NewStatus = z.object({
  state: z.enum(['error', 'failure', 'pending', 'success']),
  target_url: z.string().nullish(),
  description: z.string().max(140).nullish(),
  context: z.string().default('default'),
});
const Annotation = z.object({
  path: z.string(),
  start_line: z.number(),
  end_line: z.number(),
  annotation_level: z.enum(['notice', 'warning', 'failure']),
  message: z.string(),
  title: z.string().optional(),
});
const Output = z.object({
  title: z.string().optional(),
  summary: z.string().max(65_535).optional(),
  text: z.string().max(65_535).optional(),
  annotations: z.array(Annotation).max(50).default([]),
});
const RunChange = z.object({
  name: z.string().optional(),
  status: z.enum(['queued', 'in_progress', 'completed', 'waiting', 'requested', 'pending']).optional(),
  conclusion: z
    .enum(['action_required', 'cancelled', 'failure', 'neutral', 'success', 'skipped', 'stale', 'timed_out'])
    .optional(),
  details_url: z.string().optional(),
  external_id: z.string().optional(),
  output: Output.optional(),
});
const NewRun = RunChange.extend({ name: z.string(), head_sha: z.string() });

export function commitRoutes(world: World): Routes {
  const sha = async ({ params }: EmulatorRequest) => {
    const found = await commitOf(world, params['ref'] ?? '');
    if (found === null) throw notFound();
    return found;
  };
  return {
    [`GET ${REPO}`]: () => ({ json: showRepository(world) }),
    [`GET ${REPO}/compare/:basehead`]: async ({ params }) => ({ json: await compare(world, params['basehead'] ?? '') }),
    [`GET ${REPO}/commits/:ref`]: async (request) => {
      const commit = await readCommit(world, await sha(request));
      return { json: { ...showCommit(world, commit), files: [] } };
    },
    [`GET ${REPO}/commits/:ref/status`]: async (request) => ({ json: combined(world, await sha(request)) }),
    [`GET ${REPO}/commits/:ref/statuses`]: async (request) => {
      const rows = ofCommit(world, await sha(request));
      return paged(world.url, request, rows, (page) => page.map((each) => showCommitStatus(world, each)));
    },
    [`POST ${REPO}/statuses/:ref`]: async (request) => {
      const body = await readBody(request, 'Status', NewStatus);
      const made: CommitStatus = {
        id: world.nextId(),
        sha: await mustBeCommit(world, request.params['ref'] ?? ''),
        state: body.state,
        context: body.context,
        description: body.description ?? null,
        targetUrl: body.target_url ?? null,
        createdAt: Date.now(),
      };
      world.statuses.push(made);
      return { status: 201, json: showCommitStatus(world, made) };
    },
    ...checkRoutes(world, sha),
  };
}

function checkRoutes(world: World, sha: (request: EmulatorRequest) => Promise<string>): Routes {
  const one = ({ params }: EmulatorRequest) => {
    const found = world.checkRuns.find(({ id }) => String(id) === params['id']);
    if (!found) throw notFound();
    return found;
  };
  return {
    [`GET ${REPO}/commits/:ref/check-runs`]: async (request) => {
      const commit = await sha(request);
      const name = request.query.get('check_name');
      const rows = world.checkRuns
        .filter((each) => each.sha === commit && (name === null || each.name === name))
        .toReversed();
      return paged(world.url, request, rows, (page, total) => ({
        total_count: total,
        check_runs: page.map((each) => showCheckRun(world, each)),
      }));
    },
    [`POST ${REPO}/check-runs`]: async (request) => {
      const { head_sha, ...body } = await readBody(request, 'CheckRun', NewRun);
      const made = changed(blankRun(world.nextId(), await mustBeCommit(world, head_sha), body.name), body);
      world.checkRuns.push(made);
      return { status: 201, json: showCheckRun(world, made) };
    },
    [`GET ${REPO}/check-runs/:id`]: (request) => ({ json: showCheckRun(world, one(request)) }),
    [`PATCH ${REPO}/check-runs/:id`]: async (request) => {
      const before = one(request);
      const after = changed(before, await readBody(request, 'CheckRun', RunChange));
      world.checkRuns.splice(world.checkRuns.indexOf(before), 1, after);
      return { json: showCheckRun(world, after) };
    },
    [`GET ${REPO}/check-runs/:id/annotations`]: (request) => {
      const blob = `${world.url}/${world.owner}/${world.repo}/blob/${one(request).sha}`;
      const bare = { start_column: null, end_column: null, title: null, raw_details: null };
      return paged(world.url, request, one(request).annotations, (page) =>
        page.map((each) => ({ ...bare, ...each, blob_href: `${blob}/${each.path}` })),
      );
    },
  };
}

/** Newest first. */
const ofCommit = (world: World, sha: string) => world.statuses.filter((each) => each.sha === sha).toReversed();

/** The newest of each context counts. */
function combined(world: World, sha: string) {
  const newest = new Map(
    ofCommit(world, sha)
      .toReversed()
      .map((each) => [each.context, each]),
  );
  const states = [...newest.values()].map(({ state }) => state);
  const failed = states.includes('failure') || states.includes('error');
  const state = failed ? 'failure' : states.length === 0 || states.includes('pending') ? 'pending' : 'success';
  const url = `${repoUrl(world)}/commits/${sha}`;
  const statuses = [...newest.values()].map((each) => showCommitStatus(world, each));
  return {
    state,
    sha,
    total_count: newest.size,
    statuses,
    repository: showMinimalRepository(world),
    commit_url: url,
    url: `${url}/status`,
  };
}

const blankRun = (id: number, sha: string, name: string): CheckRun => ({
  id,
  sha,
  name,
  startedAt: Date.now(),
  status: 'queued',
  conclusion: null,
  completedAt: null,
  detailsUrl: null,
  externalId: '',
  output: { title: null, summary: null, text: null },
  annotations: [],
});

/** Annotations are added to those of before; a conclusion completes the run. */
function changed(run: CheckRun, body: z.infer<typeof RunChange>): CheckRun {
  const completed = body.conclusion !== undefined || body.status === 'completed';
  const output = {
    title: body.output?.title ?? run.output.title,
    summary: body.output?.summary ?? run.output.summary,
    text: body.output?.text ?? run.output.text,
  };
  return {
    ...run,
    name: body.name ?? run.name,
    status: completed ? 'completed' : (body.status ?? run.status),
    conclusion: body.conclusion ?? run.conclusion,
    completedAt: completed ? Date.now() : run.completedAt,
    detailsUrl: body.details_url ?? run.detailsUrl,
    externalId: body.external_id ?? run.externalId,
    output,
    annotations: [...run.annotations, ...(body.output?.annotations ?? [])],
  };
}
