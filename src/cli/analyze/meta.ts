/** What was meant to happen during a traced rollout: shares by time, and how long it lasted. One for all traces, or one each. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { z } from 'zod';
import { describeError, Problem } from '../../core/errors.ts';
import { pathText } from '../../util/shape-issues.ts';

export interface TraceMeta {
  /** From when (seconds) which share of the requests went to the canary; ascending, at least one. */
  readonly steps: readonly { readonly t: number; readonly share: number }[];
  readonly durationSeconds: number | null;
}

const step = z.tuple([z.number(), z.number().gt(0, 'a share lies above 0').max(1, 'a share is at most 1')]);
const one = z.object({
  name: z.string().optional(),
  weight_steps: z
    .array(step)
    .min(1, 'at least one step is needed')
    .refine((steps) => steps.every(([t], at) => at === 0 || t > (steps[at - 1]?.[0] ?? 0)), 'times must ascend'),
  duration_s: z.number().positive().optional(),
});
type Written = z.infer<typeof one>;

const EXAMPLE = '{"weight_steps":[[0,0.05],[300,0.25]],"duration_s":1200}';

/** `t001` of `traces/t001.csv.gz`. */
export function traceName(path: string): string {
  return basename(path)
    .replace(/\.gz$/, '')
    .replace(/\.(csv|ndjson|jsonl|json)$/, '');
}

function invalid(path: string, why: string, details: readonly string[] = []): Problem {
  return new Problem('USAGE', `${path} does not describe these traces`, {
    why,
    next: `write it as ${EXAMPLE}, with several traces an object of these by trace name`,
    details,
  });
}

function parse(path: string, value: unknown, under: string): Written {
  const parsed = one.safeParse(value);
  if (parsed.success) return parsed.data;
  const details = parsed.error.issues.map((issue) => {
    const keys = [...(under ? [under] : []), ...issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key))];
    return `${pathText(keys)}: ${issue.message}`;
  });
  throw invalid(path, details[0] ?? 'it has another shape', details);
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function read(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw invalid(path, error instanceof SyntaxError ? `it is not JSON: ${error.message}` : describeError(error));
  }
}

/**
 * The description of each trace, by its path. Keys that are not known are left alone.
 * @throws Problem USAGE when it cannot be read, is of another shape, or leaves a trace out
 */
export function readMeta(path: string, traces: readonly string[]): ReadonlyMap<string, TraceMeta> {
  const value = read(path);
  if (!isObject(value)) throw invalid(path, 'it is not an object');
  const single = 'weight_steps' in value ? parse(path, value, '') : null;
  const named = new Map(Object.entries(value).map(([key, each]) => [traceName(key), { key, each }]));
  return new Map(
    traces.map((trace) => {
      const entry = named.get(traceName(trace));
      if (!single && !entry) throw invalid(path, `it says nothing about ${traceName(trace)}`);
      const written = single ?? parse(path, entry?.each, entry?.key ?? '');
      const steps = written.weight_steps.map(([t, share]) => ({ t, share }));
      return [trace, { steps, durationSeconds: written.duration_s ?? null }];
    }),
  );
}
