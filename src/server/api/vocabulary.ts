/** What several answers of the API are made of. Times are ISO 8601 in UTC; durations are milliseconds. */
import { z } from 'zod';

export const time = z.iso.datetime().meta({ description: 'ISO 8601, UTC.' });
export const ms = z.number().meta({ description: 'Milliseconds.' });

/** Lowest first: each may do what those before it may. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;
export const role = z.enum(ROLES);
export type Role = z.infer<typeof role>;

export const outcome = z.enum(['committed', 'rolled-back', 'refused', 'stuck', 'paused']);
export const deploymentKind = z.enum(['deploy', 'rollback', 'promote', 'restore']);
export const rollbackClass = z.enum(['code-only', 'code+schema', 'restore-required', 'forward-only']);
export const checkStatus = z.enum(['pass', 'warn', 'fail', 'inconclusive', 'error', 'not-configured']);

export const commit = z.object({
  /** Full hash, or `dir-<content hash>` of a folder that is no repository. */
  id: z.string(),
  short: z.string(),
  subject: z.string().nullable(),
  author: z.string().nullable(),
  branch: z.string().nullable(),
  at: time.nullable(),
  /** Where it can be read; null where no repository is known. Always http or https. */
  url: z.string().nullable(),
});
export type Commit = z.infer<typeof commit>;

/** What an error answer holds, with the status that fits it. */
export const problem = z.object({
  code: z.string(),
  /** What failed. */
  message: z.string(),
  why: z.string().nullable(),
  /** The command, or the button, that comes next. */
  next: z.string().nullable(),
  /** One line each: what would be lost, what was found. */
  details: z.array(z.string()),
});
export type ApiProblem = z.infer<typeof problem>;

export const person = z.object({
  name: z.string(),
  role,
  /** How they signed in. */
  via: z.enum(['link', 'token', 'github', 'oidc']),
  /** To be sent as `x-belay-csrf` with everything that changes something. */
  csrf: z.string(),
  signedInUntil: time,
});
export type Person = z.infer<typeof person>;

/** How somebody who is not signed in may sign in. */
export const signIn = z.object({
  app: z.string().nullable(),
  ways: z.array(
    z.object({ kind: z.enum(['link', 'token', 'github', 'oidc']), label: z.string(), href: z.string().nullable() }),
  ),
  /** In words, what `?problem=` of the page's address stands for; null without one. */
  problem: z.string().nullable(),
});
export type SignIn = z.infer<typeof signIn>;
