/** How calls and Problems travel over the daemon's socket. */
import { z } from 'zod';
import { PROBLEMS, Problem, type ProblemCode, type Retry } from '../core/errors.ts';

/** Part of every path; a daemon of another protocol answers 404. */
export const PROTOCOL = 'v1';

const fence = z.object({ environment: z.string(), token: z.number().int().nonnegative(), nonce: z.string() });
const app = z.object({ app: z.string().min(1) });
const change = app.extend({ fence });
const port = z.number().int().min(1).max(65_535);
const path = z.string().min(1);
const router = z.object({
  kind: z.enum(['embedded', 'haproxy']),
  program: path.optional(),
  beside: z.object({ configs: z.array(path).min(1), socket: path }).optional(),
});
const limit = z.number().nonnegative();

const processSpec = z.object({
  release: z.string().min(1),
  cwd: z.string(),
  command: z.string().min(1),
  env: z.record(z.string(), z.string()),
  port,
  logFile: z.string(),
  drainMs: limit,
  streamsMs: limit,
  killAfterMs: limit,
});

/** The arguments of each verb. */
export const VERBS = {
  info: z.object({}),
  app,
  listen: change.extend({ address: z.object({ host: z.string(), port, router: router.optional() }) }),
  start: change.extend({ spec: processSpec }),
  stop: change.extend({ release: z.string() }),
  forget: change.extend({ release: z.string() }),
  route: change.extend({
    shares: z.record(z.string(), z.number()),
    guard: z.object({ release: z.string().min(1), afterMs: z.number().positive() }).optional(),
  }),
  observations: app.extend({ after: z.string().nullable(), waitMs: limit }),
  hold: change.extend({ maxMs: limit }),
  resume: change,
  shutdown: z.object({}),
} as const;

export type Verb = keyof typeof VERBS;
export type Arguments<V extends Verb> = z.infer<(typeof VERBS)[V]>;

export interface WireProblem {
  readonly code: ProblemCode | 'BUG';
  readonly message: string;
  readonly why?: string;
  readonly next?: string;
  readonly retry?: Retry;
  readonly unknown?: boolean;
  readonly details?: readonly string[];
}

export type WireAnswer = { readonly result: unknown } | { readonly problem: WireProblem };

export function problemToWire(error: unknown): WireProblem {
  if (!(error instanceof Problem)) {
    return { code: 'BUG', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  const { code, message, why, next, retry, unknown, details } = error;
  return {
    code,
    message,
    retry,
    unknown,
    details,
    ...(why === undefined ? {} : { why }),
    ...(next === undefined ? {} : { next }),
  };
}

/** A Problem again; an unknown code or a bug of the daemon becomes a plain error. */
export function problemFromWire({ code, message, ...facts }: WireProblem): Error {
  if (code === 'BUG' || !(code in PROBLEMS)) return new Error(`The daemon failed: ${message}`);
  return new Problem(code, message, facts);
}
