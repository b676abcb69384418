/**
 * The tables of Belay's component. Whatever Belay writes as JSON is kept as text: its keys need not be names that Convex
 * allows, and what is read back is what was hashed. No field is removed or narrowed while a released Belay writes it.
 */
import { defineSchema, defineTable } from 'convex/server';
import { v } from 'convex/values';

const textOrNull = v.union(v.string(), v.null());

export const logColumns = {
  /** Milliseconds since 1970. */
  timestamp: v.number(),
  environment: v.string(),
  deployedBy: v.string(),
  schemaVersion: textOrNull,
  convexDeploymentId: textOrNull,
  vercelDeploymentId: textOrNull,
  commitSha: v.string(),
  status: v.union(v.literal('success'), v.literal('failed'), v.literal('rolled back')),
};

export default defineSchema({
  /** The journal: only ever inserted into. */
  events: defineTable({
    environment: v.string(),
    n: v.number(),
    event: v.string(),
    deployment: textOrNull,
    kind: v.string(),
    actor: v.string(),
    at: v.string(),
    token: v.number(),
    /** The JSON, or its beginning where it goes on in `parts`. */
    data: v.string(),
    parts: v.number(),
    prevHash: v.string(),
    hash: v.string(),
  })
    .index('by_n', ['environment', 'n'])
    .index('by_event', ['event'])
    .index('by_deployment', ['deployment', 'n'])
    .index('by_at', ['at', 'environment', 'n'])
    .index('by_time', ['environment', 'at'])
    .index('by_kind', ['environment', 'kind', 'n'])
    .index('by_actor', ['environment', 'actor', 'n']),

  /** What does not fit into a document of its own. */
  parts: defineTable({ event: v.string(), at: v.number(), text: v.string() }).index('by_event', ['event', 'at']),

  /** The newest event of each environment, and how late events have been. */
  chains: defineTable({
    environment: v.string(),
    n: v.number(),
    hash: v.string(),
    lastAt: v.string(),
    high: textOrNull,
    backS: v.number(),
  }).index('by_environment', ['environment']),

  /** One row an environment, never deleted: tokens go on rising. Times in milliseconds of the server's clock. */
  leases: defineTable({
    environment: v.string(),
    token: v.number(),
    nonce: v.string(),
    holder: textOrNull,
    renewSeq: v.number(),
    acquiredAt: v.number(),
    renewedAt: v.number(),
    ttlMs: v.number(),
    former: textOrNull,
  }).index('by_environment', ['environment']),

  /** The views. A rebuild writes a generation of its own beside the one that is read. */
  rows: defineTable({
    generation: v.number(),
    view: v.string(),
    environment: v.string(),
    key: v.string(),
    sort: v.string(),
    outcome: textOrNull,
    actor: textOrNull,
    row: v.string(),
  })
    .index('by_key', ['generation', 'view', 'key', 'environment'])
    .index('by_sort', ['generation', 'view', 'sort'])
    .index('by_environment', ['generation', 'view', 'environment', 'sort'])
    .index('by_outcome', ['generation', 'view', 'outcome', 'sort'])
    .index('by_actor', ['generation', 'view', 'actor', 'sort']),

  /** One document: which generation of rows is read, and which version of the folds wrote it (0: behind the journal). */
  folds: defineTable({ generation: v.number(), version: v.number(), newest: v.number() }),

  requests: defineTable({
    seq: v.number(),
    request: v.string(),
    environment: v.string(),
    deployment: v.string(),
    kind: v.string(),
    by: v.string(),
    reason: v.string(),
  })
    .index('by_request', ['request'])
    .index('by_deployment', ['environment', 'deployment', 'seq']),

  /** What releases need to come back: a name points at what was uploaded for it, in pieces. Base64, which counts as text. */
  artefacts: defineTable({ name: v.string(), at: v.number(), upload: v.string(), pieces: v.number() }).index(
    'by_name',
    ['name'],
  ),
  pieces: defineTable({ upload: v.string(), at: v.number(), text: v.string() }).index('by_upload', ['upload', 'at']),
  /** Uploads that no name points at yet, or no longer. */
  uploads: defineTable({ upload: v.string(), at: v.number() }).index('by_upload', ['upload']).index('by_time', ['at']),

  /** What is beside the journal. `write` is the id of the write that left it so. */
  documents: defineTable({ name: v.string(), value: v.string(), version: v.number(), write: v.string() }).index(
    'by_name',
    ['name'],
  ),

  /** Who deployed what, when, where: a row for each deployment that ended, for people and dashboards. The journal is the proof. */
  deploymentLog: defineTable(logColumns)
    .index('by_environment', ['environment', 'timestamp'])
    .index('by_timestamp', ['timestamp']),
});
