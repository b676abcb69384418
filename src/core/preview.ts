/** What a deployment would do and whether it would be let: facts and plan, without the lock, and nothing written. */
import { formatBytes } from '../util/bytes.ts';
import { withBaselines } from './baseline.ts';
import { canaryObjection } from './canary-gate.ts';
import { newRelease, type DeployRequest } from './deploy.ts';
import { type Drift, expectedDuration, lookWithin, observe } from './observe.ts';
import type { Problem } from './errors.ts';
import { environmentRow } from './open.ts';
import { type Plan, planDeployment, planHash } from './plan.ts';
import type { RollbackClass } from './release.ts';
import { short } from './release.ts';
import { inspectSchema, schemaObjection } from './schema-gate.ts';
import type { Environment, Runtime } from './runtime.ts';
import { unheldData } from './unheld.ts';
import type { EnvironmentRow } from './views.ts';

/** Something that a deployment would be refused for, and the command that answers it. */
export interface Objection {
  readonly gate: 'drift' | 'freeze' | 'hold' | 'canary' | 'schema' | 'room' | 'attention';
  readonly what: string;
  readonly next: string;
}

export interface Preview {
  readonly plan: Plan;
  readonly hash: string;
  readonly row: EnvironmentRow | null;
  readonly drift: readonly Drift[];
  readonly objections: readonly Objection[];
  /** What going back from this release would take, in one sentence. */
  readonly wayBack: string;
}

const WAYS_BACK: Readonly<Record<RollbackClass, string>> = {
  'code-only': 'going back activates the release before; schema and data stay as they are',
  'code+schema': 'going back activates the release before, together with its schema; data stays as it is',
  'restore-required': 'going back also needs the data as it was before, and consent to the writes since',
  'forward-only': 'there is no way back once it is live: only a newer release',
};

export async function previewDeployment(
  runtime: Runtime,
  environment: Environment,
  request: Pick<DeployRequest, 'kind' | 'source'>,
): Promise<Preview> {
  const row = await environmentRow(runtime, environment.name);
  const observed = await observe(runtime, environment, row);
  const targets = await withBaselines(runtime, environment, observed.targets);
  const schema = await inspectSchema(runtime, environment, row?.live?.source, request.source);
  const plan = planDeployment({
    ...newRelease({ runtime, environment }, request),
    targets,
    schema,
    expectedMs: await expectedDuration(runtime, environment.name, request.kind),
  });
  const objections = [
    ...attention(row),
    ...freeze(row, request.source.commit),
    ...observed.drift.map(drifted),
    ...objection('hold', unheldData(plan, targets)),
    ...objection('canary', await canaryObjection(runtime, environment, plan, targets)),
    ...objection('schema', schemaObjection(schema)),
    ...(await room(runtime, environment)),
  ];
  return {
    plan,
    hash: planHash(plan),
    row,
    drift: observed.drift,
    objections,
    wayBack: WAYS_BACK[plan.rollbackClass],
  };
}

function attention(row: EnvironmentRow | null): Objection[] {
  if (!row?.attention) return [];
  const { state, reason, deployment } = row.attention;
  const what = `${deployment} ${state === 'paused' ? 'is paused' : 'needs a person'}: ${reason}`;
  const next = state === 'paused' ? 'belay resume, or belay abort' : `belay show ${deployment}, then belay recover`;
  return [{ gate: 'attention', what, next }];
}

function freeze(row: EnvironmentRow | null, commit: string): Objection[] {
  const frozen = row?.frozen.find((one) => one.commit === commit);
  if (!frozen) return [];
  const what = `commit ${short(commit)} was taken back on ${frozen.at}: ${frozen.reason}`;
  return [
    { gate: 'freeze', what, next: 'deploy a new commit, or: belay deploy --despite-freeze "why it is fine now"' },
  ];
}

function drifted({ target, saw, expected }: Drift): Objection {
  const what = `${target}: ${saw ?? 'nothing'} is live, the record says ${expected ?? 'nothing'}`;
  return { gate: 'drift', what, next: 'see what happened, then: belay deploy --accept-drift' };
}

function objection(gate: Objection['gate'], problem: Problem | null): Objection[] {
  return problem ? [{ gate, what: `${problem.message}: ${problem.why}`, next: problem.next ?? '' }] : [];
}

async function room(runtime: Runtime, environment: Environment): Promise<Objection[]> {
  const objections: Objection[] = [];
  for (const [name, { data }] of environment.targets) {
    if (!data) continue;
    const needs = await lookWithin(runtime, environment, name, (ctx) => data.room(ctx), { at: 'data' });
    if (needs.free >= needs.needed) continue;
    const what = `${name}: a snapshot needs ${formatBytes(needs.needed)}, ${formatBytes(needs.free)} are free`;
    objections.push({ gate: 'room', what, next: 'belay snapshot prune' });
  }
  return objections;
}
