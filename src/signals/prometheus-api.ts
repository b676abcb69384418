/** What is asked of Prometheus: instant queries at one time, and how often it scrapes. HTTP API v1. */
import { z } from 'zod';
import { parseDuration } from '../util/duration.ts';
import { isProblem } from '../core/errors.ts';
import { below, shownAddress } from './address.ts';
import { askJson } from './ask.ts';
import { unreachable, unusable } from './refusals.ts';
import type { HttpAccess } from './spec.ts';

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** NaN and infinities as Prometheus has them. */
  readonly value: number;
}

export interface PrometheusApi {
  /** Its clock, in seconds since 1970. */
  clock(): Promise<number>;
  /** @throws Problem CONFIG_INVALID when it does not understand the query */
  query(expression: string, seconds: number): Promise<readonly Series[]>;
  /** Milliseconds; the longest of the job's targets. Null when it does not tell (Thanos, Mimir, an older version). */
  scrapeInterval(job: string | null): Promise<number | null>;
}

const pair = z.tuple([z.number(), z.string()]);
const succeeded = z.object({
  status: z.literal('success'),
  warnings: z.array(z.string()).optional(),
  data: z.discriminatedUnion('resultType', [
    z.object({
      resultType: z.literal('vector'),
      result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: pair })),
    }),
    z.object({ resultType: z.literal('scalar'), result: pair }),
    z.object({ resultType: z.literal('string'), result: pair }),
    z.object({ resultType: z.literal('matrix'), result: z.array(z.unknown()) }),
  ]),
});
const failed = z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() });
const answer = z.discriminatedUnion('status', [succeeded, failed]);

const targets = z.object({
  data: z.object({
    activeTargets: z.array(z.object({ labels: z.record(z.string(), z.string()), scrapeInterval: z.string() })),
  }),
});

/** Samples older than this many scrapes are gone. Prometheus before 2.43 does not know the parameter and looks back 5 min. */
const LOOK_BACK_SCRAPES = 3;

export function prometheusApi(
  access: HttpAccess & { address: URL },
  scrapeMs: number | null,
  signal: AbortSignal,
): PrometheusApi {
  const { address, headers, timeoutMs } = access;
  const question = { source: 'prometheus', headers, timeoutMs, signal };

  async function run(form: URLSearchParams): Promise<z.infer<typeof succeeded>['data']> {
    const url = below(address, 'api/v1/query');
    const { json } = await askJson({ ...question, url, form, also: [400, 422] });
    const parsed = answer.safeParse(json);
    if (!parsed.success) throw unusable('prometheus', `${shownAddress(url)} does not answer as Prometheus does`);
    if (parsed.data.status === 'error') {
      throw unusable('prometheus', `it refuses ${form.get('query')}: ${parsed.data.error}`);
    }
    // A part of the storage did not answer: what is missing would look like fewer requests.
    const [warning] = parsed.data.warnings ?? [];
    if (warning) throw unreachable('prometheus', `its answer is incomplete: ${warning}`);
    return parsed.data.data;
  }

  return {
    async clock() {
      const data = await run(new URLSearchParams({ query: 'time()' }));
      return data.resultType === 'scalar' ? Number(data.result[1]) : Number.NaN;
    },
    async query(expression, seconds) {
      const form = new URLSearchParams({ query: expression, time: String(seconds) });
      if (scrapeMs !== null) form.set('lookback_delta', `${Math.ceil((LOOK_BACK_SCRAPES * scrapeMs) / 1_000)}s`);
      const data = await run(form);
      if (data.resultType !== 'vector') {
        throw unusable('prometheus', `${expression} gives a ${data.resultType}; an instant vector is needed`);
      }
      return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    },
    async scrapeInterval(job) {
      const url = below(address, 'api/v1/targets');
      url.searchParams.set('state', 'active');
      try {
        return longestInterval((await askJson({ ...question, url })).json, job);
      } catch (error) {
        // Those who only speak the query API answer 404 or a page of their own.
        if (isProblem(error, 'CONFIG_INVALID')) return null;
        throw error;
      }
    },
  };
}

function longestInterval(json: unknown, job: string | null): number | null {
  const parsed = targets.safeParse(json);
  if (!parsed.success) return null;
  const all = parsed.data.data.activeTargets;
  const mine = all
    .filter(({ labels }) => labels.job === job)
    .map((target) => parseDuration(target.scrapeInterval) ?? 0);
  return mine.length > 0 ? Math.max(...mine) : null;
}
