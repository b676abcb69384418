/** Going back: what it would do, and doing it. */
import { z } from 'zod';
import { commit, ms, rollbackClass, time } from './vocabulary.ts';

/** What comes back, and what does not. */
export const returningItem = z.object({
  what: z.string(),
  /** `asks`: only with the person's consent. */
  how: z.enum(['returns', 'stays', 'asks', 'unknown']),
  detail: z.string(),
});

export const rollbackCandidate = z.object({
  release: z.string(),
  commit,
  /** When it was live last. */
  at: time,
  /** False: its artefacts were pruned. */
  kept: z.boolean(),
});

export const rollbackPreview = z.object({
  environment: z.string(),
  from: z.object({ release: z.string(), commit }).nullable(),
  to: z.object({ release: z.string(), commit }).nullable(),
  candidates: z.array(rollbackCandidate),
  steps: z.array(z.object({ id: z.string(), title: z.string() })),
  items: z.array(returningItem),
  rollbackClass: rollbackClass.nullable(),
  rollbackReason: z.string().nullable(),
  /** By target with protected data: what putting it back would cost. */
  snapshots: z.array(
    z.object({
      id: z.string(),
      target: z.string(),
      at: time,
      verifiedAt: time.nullable(),
      /** Null: cannot be counted. */
      writesSince: z.number().nullable(),
      unit: z.string().nullable(),
    }),
  ),
  expectedMs: ms.nullable(),
  /** Why it would be refused, and the command that answers it. */
  objections: z.array(z.object({ what: z.string(), next: z.string() })),
  /** What the button says: `Roll back production to 3b9e0aa`. */
  button: z.string(),
});
export type RollbackPreview = z.infer<typeof rollbackPreview>;

export const rollbackBody = z.object({
  /** Release id. */
  to: z.string().min(1),
  /** What the person saw as live: another one by now, and nothing is done. */
  from: z.string().nullable(),
  reason: z.string().trim().min(1).max(500),
  data: z.enum(['ask', 'keep', 'restore']).default('ask'),
  loseWrites: z.int().min(0).default(0),
});
export type RollbackBody = z.infer<typeof rollbackBody>;

/** The lease is taken and the deployment opened, or the answer is a problem. */
export const rollbackStarted = z.object({
  /** Null: what was asked for is live already. */
  deployment: z.string().nullable(),
});
