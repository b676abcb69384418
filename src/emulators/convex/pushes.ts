/** Pushes: begun, waited for, finished. Code is swapped by the last step only. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { analysisOf, componentTree } from './analysis.ts';
import { recordAudit } from './audit-log.ts';
import type { Deployment } from './deployment.ts';
import { createEngine } from './engine.ts';
import { diffIndexes, tableOfIndex } from './index-diff.ts';
import { diffRevisions, NO_PUSH_DIFF } from './push-diff.ts';
import type { PushRequest } from './push-request.ts';
import { badRequest } from './refusal.ts';
import { definitionAt, loadRevision, type Revision } from './revision.ts';
import { refusedDocument } from './schema.ts';
import { countOf, tableNumber } from './table-data.ts';

interface BegunPush {
  readonly id: string;
  readonly revision: Revision;
  /** As it was when the push began: a change in between is a race. */
  readonly environment: string;
  /** Rounds of wait_for_schema that it still takes. */
  roundsLeft: number;
  validated: boolean;
}

export interface Pushes {
  readonly begun: Map<string, BegunPush>;
  /** The push whose schema is the pending one. */
  latest: string | null;
}

export const createPushes = (): Pushes => ({ begun: new Map(), latest: null });

/** Documents that one round of wait_for_schema indexes. */
const BACKFILLED_PER_ROUND = 250_000;
const SLOW_ROUNDS = 3;
const ROUND_MS = 50;

export async function startPush(deployment: Deployment, push: PushRequest): Promise<Record<string, unknown>> {
  const revision = await loadRevision(deployment.folder, push, deployment.live);
  const id = randomUUID();
  deployment.pushes.begun.set(id, {
    id,
    revision,
    environment: JSON.stringify(deployment.environment),
    roundsLeft: roundsOf(deployment, revision),
    validated: false,
  });
  // Also in a dry run: only a schema that is there can be held against the data.
  deployment.pushes.latest = id;
  return {
    environmentVariables: { ...deployment.environment },
    externalDepsId: null,
    componentDefinitionPackages: Object.fromEntries([...revision.definitions.keys()].map((path) => [path, { id }])),
    appAuth: [],
    analysis: analysisOf(revision),
    app: componentTree(revision),
    schemaChange: schemaChangeOf(deployment.live, revision, id),
  };
}

/** As start_push, without a trace of it. */
export async function evaluatePush(deployment: Deployment, push: PushRequest): Promise<{ schemaChange: unknown }> {
  const revision = await loadRevision(deployment.folder, push, deployment.live);
  return { schemaChange: schemaChangeOf(deployment.live, revision, 'evaluated') };
}

function schemaChangeOf(live: Revision | null, next: Revision, id: string) {
  const components = [...next.components.keys()];
  return {
    allocatedComponentIds: Object.fromEntries(
      components.filter((path) => !live?.components.has(path)).map((path) => [path, `component:${path}`]),
    ),
    schemaIds: Object.fromEntries(components.map((path) => [path, definitionAt(next, path)?.schema ? id : null])),
    indexDiffs: Object.fromEntries(
      components.map((path) => [
        path,
        diffIndexes(definitionAt(live, path)?.schema ?? null, definitionAt(next, path)?.schema ?? null),
      ]),
    ),
  };
}

function roundsOf(deployment: Deployment, next: Revision): number {
  const documents = [...next.components.keys()].map((path) => {
    const before = definitionAt(deployment.live, path)?.schema ?? null;
    const after = definitionAt(next, path)?.schema ?? null;
    const tables = new Set(
      diffIndexes(before, after)
        .added_indexes.filter(({ staged }) => !staged)
        .map(tableOfIndex),
    );
    return [...tables].reduce((sum, table) => sum + countOf(deployment.dataOf(path), table), 0);
  });
  return Math.ceil(Math.max(0, ...documents) / BACKFILLED_PER_ROUND) - 1;
}

export const WaitForSchema = z.object({
  schemaChange: z.object({ schemaIds: z.record(z.string(), z.string().nullable()) }),
  timeoutMs: z.number().default(10_000),
});

export async function waitForSchema(deployment: Deployment, request: z.infer<typeof WaitForSchema>) {
  const { scenario, pushes } = deployment;
  const ids = Object.values(request.schemaChange.schemaIds).filter((id) => id !== null);
  const push = pushes.begun.get(ids[0] ?? pushes.latest ?? '');
  if (!push || scenario.waitForSchema === 'raceDetected' || (ids.length > 0 && push.id !== pushes.latest))
    return { type: 'raceDetected' };
  const failure = failureOf(deployment, push.revision);
  if (failure) return { type: 'failed', ...failure };
  if (scenario.waitForSchema === 'slow') push.roundsLeft = Math.max(push.roundsLeft, SLOW_ROUNDS);
  // Slow is said once: the rounds count down from there.
  if (scenario.waitForSchema === 'slow') delete scenario.waitForSchema;
  if (push.roundsLeft > 0) {
    push.roundsLeft -= 1;
    await sleep(Math.min(ROUND_MS, request.timeoutMs));
    return { type: 'inProgress', components: progressOf(deployment, push.revision) };
  }
  push.validated = true;
  return { type: 'complete' };
}

function failureOf(deployment: Deployment, next: Revision) {
  if (deployment.scenario.waitForSchema === 'failed')
    return {
      error: 'Document with ID "0" in table "any" does not match the schema: as ordered',
      componentPath: '',
      tableName: 'any',
    };
  for (const componentPath of next.components.keys()) {
    const schema = definitionAt(next, componentPath)?.schema ?? null;
    const refused = refusedDocument(schema, deployment.dataOf(componentPath));
    if (refused) return { error: refused.error, componentPath, tableName: refused.table };
  }
  return null;
}

function progressOf(deployment: Deployment, next: Revision) {
  return Object.fromEntries(
    [...next.components.keys()].map((path) => {
      const before = definitionAt(deployment.live, path)?.schema ?? null;
      const indexesTotal = diffIndexes(before, definitionAt(next, path)?.schema ?? null).added_indexes.length;
      return [path, { schemaValidationComplete: true, indexesComplete: 0, indexesTotal }];
    }),
  );
}

export const FinishPush = z.object({
  startPush: z.object({ componentDefinitionPackages: z.record(z.string(), z.object({ id: z.string() })) }),
  dryRun: z.boolean().default(false),
  message: z.string().nullish(),
});

export async function finishPush(deployment: Deployment, request: z.infer<typeof FinishPush>) {
  const push = deployment.pushes.begun.get(request.startPush.componentDefinitionPackages['']?.id ?? '');
  if (!push) throw badRequest('InvalidStartPush', 'This push was not started on this deployment.');
  if (push.environment !== JSON.stringify(deployment.environment))
    throw badRequest('RaceDetected', 'Environment variables have changed during push');
  if (request.dryRun) return NO_PUSH_DIFF;
  if (deployment.pushes.latest !== push.id) throw badRequest('RaceDetected', 'Schema was overwritten by another push.');
  if (!push.validated || failureOf(deployment, push.revision))
    throw badRequest('SchemaNotValidated', 'The schema of this push is not validated against the data.');
  const diff = diffRevisions(deployment.live, push.revision);
  const before = deployment.live;
  deployment.engine = createEngine(push.revision, deployment.dataOf);
  deployment.live = push.revision;
  nameTables(deployment, push.revision);
  recordAudit(deployment, 'push_config_with_components', {
    message: request.message ?? null,
    diff,
    first: before === null,
  });
  deployment.changed();
  return diff;
}

/** Tables of a schema are there before their first document. */
function nameTables(deployment: Deployment, revision: Revision): void {
  for (const path of revision.components.keys()) {
    const tables = definitionAt(revision, path)?.schema?.json.tables ?? [];
    for (const { tableName } of tables) tableNumber(deployment.dataOf(path), tableName);
  }
}
