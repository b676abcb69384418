/** The record itself: events, their chain, snapshots, settings, channels. */
import { z } from 'zod';
import { time } from './vocabulary.ts';

export const auditEvent = z.object({
  environment: z.string(),
  n: z.number(),
  id: z.string(),
  at: time,
  kind: z.string(),
  actor: z.string(),
  deployment: z.string().nullable(),
  /** A few words. */
  detail: z.string(),
  hash: z.string(),
});
export type AuditEvent = z.infer<typeof auditEvent>;

export const auditPage = z.object({ events: z.array(auditEvent), next: z.string().nullable() });
export type AuditPage = z.infer<typeof auditPage>;

export const auditQuery = z.object({
  environment: z.string().optional(),
  kind: z.string().optional(),
  actor: z.string().optional(),
  deployment: z.string().optional(),
  since: z.iso.datetime().optional(),
  until: z.iso.datetime().optional(),
  before: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(100),
});

export const chainState = z.object({
  environment: z.string(),
  events: z.number(),
  head: z.string(),
  /** Null: nobody has looked yet. */
  verdict: z.enum(['whole', 'broken', 'running']).nullable(),
  checked: z.number(),
  at: time.nullable(),
  fault: z.string().nullable(),
});
export const chains = z.object({ chains: z.array(chainState) });
export type Chains = z.infer<typeof chains>;

export const snapshot = z.object({
  id: z.string(),
  environment: z.string(),
  target: z.string(),
  deployment: z.string().nullable(),
  /** The release that it was taken before. */
  release: z.string().nullable(),
  at: time,
  bytes: z.number().nullable(),
  expiresAt: time.nullable(),
  verifiedAt: time.nullable(),
  restoredAt: time.nullable(),
  prunedAt: time.nullable(),
});
export const snapshots = z.object({ snapshots: z.array(snapshot) });
export type Snapshots = z.infer<typeof snapshots>;
export type Snapshot = z.infer<typeof snapshot>;

/** The configuration, redacted, as a tree of names and printed values. */
export const setting = z.object({ path: z.string(), value: z.string() });
export const settings = z.object({
  file: z.string().nullable(),
  version: z.string(),
  store: z.string(),
  sections: z.array(z.object({ title: z.string(), settings: z.array(setting) })),
  people: z.array(z.object({ name: z.string(), role: z.string(), kind: z.string(), createdAt: time.nullable() })),
});
export type Settings = z.infer<typeof settings>;

export const channel = z.object({
  name: z.string(),
  kind: z.string(),
  state: z.enum(['delivering', 'waiting', 'failing']),
  waiting: z.number(),
  lastDeliveredAt: time.nullable(),
  lastError: z.string().nullable(),
  undelivered: z.array(z.object({ id: z.string(), what: z.string(), since: time, why: z.string() })),
});
export const channels = z.object({ channels: z.array(channel) });
export type Channels = z.infer<typeof channels>;
