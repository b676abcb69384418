/** Deployments: a page of them, and one of them whole. */
import { z } from 'zod';
import { checkStatus, commit, deploymentKind, ms, outcome, rollbackClass, time } from './vocabulary.ts';

export const deploymentSummary = z.object({
  id: z.string(),
  environment: z.string(),
  kind: deploymentKind,
  release: z.string(),
  commit,
  /** What GitHub shows between the release before and this one; null where it is not known. */
  compareUrl: z.string().nullable(),
  strategy: z.string(),
  actor: z.string(),
  openedAt: time,
  endedAt: time.nullable(),
  /** Null while it is open. */
  outcome: outcome.nullable(),
  reason: z.string().nullable(),
  /** The deployment whose watch began this one. */
  cause: z.string().nullable(),
  rollbackClass: rollbackClass.nullable(),
});
export type DeploymentSummary = z.infer<typeof deploymentSummary>;

export const historyPage = z.object({
  deployments: z.array(deploymentSummary),
  /** To be given as `before`; null at the end. */
  next: z.string().nullable(),
  /** The names that can be filtered by. */
  actors: z.array(z.string()),
});
export type HistoryPage = z.infer<typeof historyPage>;

export const historyQuery = z.object({
  environment: z.string().optional(),
  outcome: outcome.optional(),
  actor: z.string().optional(),
  since: z.iso.datetime().optional(),
  until: z.iso.datetime().optional(),
  /** In id, release, commit, subject, author, actor and reason. */
  text: z.string().max(200).optional(),
  before: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

export const stepPhase = z.enum([
  'planned',
  'intended',
  'unknown',
  'absent',
  'done',
  'failed',
  'undoing',
  'undo-failed',
  'undone',
]);

export const timelineStep = z.object({
  /** `stage:web`. */
  id: z.string(),
  kind: z.string(),
  target: z.string().nullable(),
  title: z.string(),
  group: z.number(),
  /** Behind the commit. */
  after: z.boolean(),
  phase: stepPhase,
  attempts: z.number(),
  startedAt: time.nullable(),
  endedAt: time.nullable(),
  ms: ms.nullable(),
  /** What it left, in a few words. */
  note: z.string().nullable(),
  error: z.object({ code: z.string(), message: z.string(), details: z.array(z.string()) }).nullable(),
  undo: z.object({ at: time, ms: ms.nullable(), note: z.string().nullable() }).nullable(),
});
export type TimelineStep = z.infer<typeof timelineStep>;

export const gate = z.object({
  check: z.string(),
  status: checkStatus,
  summary: z.string(),
  findings: z.array(z.string()),
  at: time,
});

/** One look at a canary, from one source of evidence. */
export const measurement = z.object({
  at: time,
  elapsedMs: ms,
  stage: z.number(),
  share: z.number(),
  action: z.string(),
  why: z.string(),
  source: z.string(),
  verdict: z.string(),
  canary: z.object({ requests: z.number(), errors: z.number() }),
  stable: z.object({ requests: z.number(), errors: z.number() }),
  /** Rate of errors against the stable release: estimate and interval; null before it can be told. */
  errorRatio: z.object({ value: z.number(), low: z.number(), high: z.number() }).nullable(),
  /** How strong the case against the canary is, and what it would take to go back. */
  evidence: z.object({ value: z.number(), bound: z.number() }).nullable(),
});
export type Measurement = z.infer<typeof measurement>;

export const moment = z.object({
  n: z.number(),
  at: time,
  kind: z.string(),
  actor: z.string(),
  /** A sentence. */
  text: z.string(),
});
export type Moment = z.infer<typeof moment>;

export const deploymentDetail = z.object({
  summary: deploymentSummary,
  direction: z.enum(['forward', 'backward']),
  steps: z.array(timelineStep),
  gates: z.array(gate),
  /** Empty where traffic was not shared. */
  measurements: z.array(measurement),
  /** Everything else that the journal says of it, oldest first: taken over, drift, paused, triggers, attention. */
  moments: z.array(moment),
  schema: z.string().nullable(),
  rollbackReason: z.string().nullable(),
  /** By target: what was live before, and what was live when it ended. */
  before: z.record(z.string(), z.string().nullable()),
  after: z.record(z.string(), z.string().nullable()).nullable(),
  snapshots: z.record(z.string(), z.string()),
  expectedMs: ms.nullable(),
  /** Number of its last event: where the live feed goes on. */
  lastEvent: z.number(),
  live: z.string(),
  next: z.string(),
  /** What can be asked of it now by this person. */
  may: z.array(z.enum(['abort', 'pause', 'resume', 'advance', 'promote', 'rollback'])),
});
export type DeploymentDetail = z.infer<typeof deploymentDetail>;

export const logLine = z.object({ n: z.number(), at: time, step: z.string(), text: z.string() });
export type LogLine = z.infer<typeof logLine>;

export const logPage = z.object({
  lines: z.array(logLine),
  /** To be given as `after`, also when nothing more is there yet. */
  next: z.number(),
  /** Why there is nothing: kept on another machine, or not kept. */
  missing: z.string().nullable(),
});
export type LogPage = z.infer<typeof logPage>;

export const holderRequest = z.object({
  kind: z.enum(['abort', 'pause', 'resume', 'advance', 'promote']),
  reason: z.string().trim().min(1).max(500),
});
export type HolderRequestBody = z.infer<typeof holderRequest>;
