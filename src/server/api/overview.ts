/** What is live, what is happening, what needs a person. */
import { z } from 'zod';
import { checkStatus, commit, deploymentKind, ms, rollbackClass, time } from './vocabulary.ts';

export const health = z.object({
  status: checkStatus,
  summary: z.string(),
  /** When it was looked at; null: never. */
  at: time.nullable(),
});
export type Health = z.infer<typeof health>;

export const targetCell = z.object({
  name: z.string(),
  /** `vercel`, `convex`, `local`, …; null where the configuration no longer has it. */
  kind: z.string().nullable(),
  /** The platform's own id of what serves, by the record. */
  release: z.string().nullable(),
  url: z.string().nullable(),
  health,
});
export type TargetCell = z.infer<typeof targetCell>;

export const lock = z.object({
  holder: z.string(),
  reason: z.string().nullable(),
  since: time,
  /** Age of the last heartbeat. */
  silentMs: ms,
  /** By the store's clock; null where it has none. */
  expired: z.boolean().nullable(),
  deployment: z.string().nullable(),
  ci: z.string().nullable(),
});

export const freeze = z.object({ commit: z.string(), reason: z.string(), by: z.string(), at: time });

export const running = z.object({
  deployment: z.string(),
  kind: deploymentKind,
  release: z.string(),
  actor: z.string(),
  startedAt: time,
  /** Of the step that runs, as `stage:web`; null between two. */
  step: z.string().nullable(),
  title: z.string().nullable(),
  done: z.number(),
  total: z.number(),
  /** Of the traffic, at the candidate; null where it is not a canary. */
  share: z.number().nullable(),
  direction: z.enum(['forward', 'backward']),
  expectedMs: ms.nullable(),
});
export type Running = z.infer<typeof running>;

export const pendingCommits = z.object({
  commits: z.array(commit),
  /** How many there are besides. */
  more: z.number(),
  compareUrl: z.string().nullable(),
  /** Who told: `git` of this machine, or `GitHub`. */
  source: z.enum(['git', 'github']),
});

export const environmentCard = z.object({
  name: z.string(),
  /** False: only the journal still knows it. */
  configured: z.boolean(),
  live: z
    .object({ release: z.string(), deployment: z.string(), at: time, actor: z.string().nullable(), commit })
    .nullable(),
  schemaVersion: z.string().nullable(),
  rollbackClass: rollbackClass.nullable(),
  targets: z.array(targetCell),
  lock: lock.nullable(),
  frozen: z.array(freeze),
  attention: z.object({ deployment: z.string(), reason: z.string(), state: z.enum(['stuck', 'paused']) }).nullable(),
  running: running.nullable(),
  /** Null: nobody told. */
  pending: pendingCommits.nullable(),
  /** Where `belay rollback` would go. */
  wayBack: z.object({ release: z.string(), commit }).nullable(),
  /** The last that ended, whatever became of it. */
  last: z.object({ deployment: z.string(), outcome: z.string(), at: time, reason: z.string().nullable() }).nullable(),
  snapshot: z.object({ id: z.string(), at: time, verifiedAt: time.nullable() }).nullable(),
});
export type EnvironmentCard = z.infer<typeof environmentCard>;

/** What needs a person, worst first. */
export const attentionItem = z.object({
  severity: z.enum(['urgent', 'warning']),
  environment: z.string().nullable(),
  what: z.string(),
  /** The command, or where to look. */
  next: z.string().nullable(),
  /** A page of the dashboard. */
  link: z.string().nullable(),
});
export type AttentionItem = z.infer<typeof attentionItem>;

export const overview = z.object({
  app: z.string().nullable(),
  /** Where the record is, without secrets. */
  store: z.string(),
  /** Why nothing can be changed from here; null where it can. */
  readOnly: z.string().nullable(),
  environments: z.array(environmentCard),
  attention: z.array(attentionItem),
});
export type Overview = z.infer<typeof overview>;
