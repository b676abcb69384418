/** What may stand under `signals`: where evidence about a canary comes from. */
import { z } from 'zod';
import { duration, secretReference } from '../util/written.ts';

/** In the form in which a person would write them. */
export const SIGNAL_DEFAULTS = {
  timeout: '5s',
  scrape: '60s',
  unit: 's',
  counts: 'cumulative',
  every: '10s',
  socket: '/run/haproxy/admin.sock',
  sentry: { url: 'https://sentry.io', bad: 'crashed', lag: '2m' },
  releases: { canary: '{canary}', stable: '{stable}' },
  probe: { paths: ['/'], perSecond: 2 },
} as const;

const D = SIGNAL_DEFAULTS;

const url = z
  .url({ protocol: /^https?$/, error: 'expected an address that starts with http:// or https://' })
  .refine((text) => !URL.canParse(text) || new URL(text).username + new URL(text).password === '', {
    error: 'holds a user or a password; give them under "headers" as a secret',
  });
const headers = z
  .record(z.string(), z.union([z.string(), secretReference]))
  .optional()
  .meta({ description: 'Request headers; a value may be a secret.' });
const timeout = duration.optional().meta({ description: 'Longest time for one request.', default: D.timeout });
const text = z.string().min(1);

const IDS = '`{canary}` and `{stable}` stand for the ids of the releases.';

const armNames = z.strictObject({
  canary: text.meta({ description: 'Of the canary.' }),
  stable: text.meta({ description: 'Of the stable release.' }),
});

const queryKeys = {
  canary: text.optional().meta({ description: `PromQL for the canary. ${IDS}` }),
  stable: text.optional().meta({ description: 'PromQL for the stable release.' }),
  query: text.optional().meta({ description: 'PromQL for both, told apart by the label in `by`.' }),
  by: text.optional().meta({ description: 'Label that tells the releases apart.' }),
  values: armNames.optional().meta({ description: `Values of that label. ${IDS}`, default: D.releases }),
};

/** Not a union: of two shapes neither of which fits, nothing useful could be told. */
type Keys = Readonly<Partial<Record<keyof typeof queryKeys, unknown>>>;
const isWhole = ({ canary, stable, query, by, values }: Keys) =>
  query === undefined
    ? canary !== undefined && stable !== undefined && by === undefined && values === undefined
    : by !== undefined && canary === undefined && stable === undefined;
const WHOLE = 'needs "query" with "by", or "canary" with "stable"';

const armQuery = z.strictObject(queryKeys).refine(isWhole, WHOLE);
const unit = z.enum(['s', 'ms']).optional().meta({ description: 'Unit of the bounds in `le`.', default: D.unit });
const latencyQuery = z.strictObject({ ...queryKeys, unit }).refine(isWhole, WHOLE);

/** Says nothing of what was written: whoever writes a token here must not find it in a log. */
const token = z.strictObject(secretReference.shape, {
  error: 'expected { secret: NAME }; the token itself does not belong into the file',
});

const router = z
  .strictObject({ type: z.literal('router') })
  .meta({ description: 'Every request, from the router that splits the traffic.' });

const prometheus = z
  .strictObject({
    type: z.literal('prometheus'),
    url: url.meta({ description: 'Address of Prometheus, or of what speaks its HTTP API.' }),
    headers,
    timeout,
    job: text
      .optional()
      .meta({ description: 'Scrape job of the application; found in the series where they have it.' }),
    scrape: duration
      .optional()
      .meta({ description: 'Scrape interval, where Prometheus does not tell it.', default: D.scrape }),
    requests: armQuery.meta({ description: 'Counter of requests: one series a release, no rate().' }),
    errors: armQuery.meta({ description: 'Counter of requests that failed.' }),
    latency: latencyQuery.optional().meta({ description: 'The `_bucket` series of a latency histogram.' }),
  })
  .meta({ description: 'Counters that Prometheus scrapes.' });

const path = z.string().startsWith('$', 'expected a JSON path, such as "$.canary.requests"');
const armPaths = z.strictObject({
  requests: path.meta({ description: `JSONPath of the number of requests. ${IDS}` }),
  errors: path.meta({ description: 'JSONPath of the number of those that failed.' }),
});

const http = z
  .strictObject({
    type: z.literal('http'),
    url: url.meta({ description: `Answers with JSON. ${IDS}` }),
    headers,
    timeout,
    canary: armPaths.meta({ description: 'Numbers of the canary.' }),
    stable: armPaths.meta({ description: 'Numbers of the stable release.' }),
    counts: z.enum(['cumulative', 'interval']).optional().meta({
      description: 'Whether the numbers rise since a process began, or are of the last interval (which needs `at`).',
      default: D.counts,
    }),
    at: path
      .optional()
      .meta({ description: 'JSONPath of the time of the numbers: ISO 8601, or seconds or ms since 1970.' }),
    every: duration.optional().meta({ description: 'How often the endpoint renews its numbers.', default: D.every }),
  })
  .refine((signal) => signal.counts !== 'interval' || signal.at !== undefined, {
    error: 'is needed with counts: interval: without its time an interval would be counted twice',
    path: ['at'],
  })
  .meta({ description: 'Any endpoint that answers with JSON.' });

const row = z.strictObject({
  backend: text.meta({ description: `Name of the backend. ${IDS}` }),
  server: text.optional().meta({ description: 'Name of the server in it; without it the whole backend.' }),
});

const haproxy = z
  .strictObject({
    type: z.literal('haproxy'),
    socket: text.optional().meta({ description: 'Stats socket on this machine.', default: D.socket }),
    url: url.optional().meta({ description: 'Statistics page as CSV (ends in ";csv"), instead of the socket.' }),
    headers,
    timeout,
    canary: row.meta({ description: 'Where the canary stands in the statistics.' }),
    stable: row.meta({ description: 'Where the stable release stands in the statistics.' }),
  })
  .refine((signal) => signal.url === undefined || signal.socket === undefined, {
    error: 'is not needed beside "socket"',
    path: ['url'],
  })
  .refine((signal) => signal.url !== undefined || signal.headers === undefined, {
    error: 'are sent with "url" only',
    path: ['headers'],
  })
  .meta({ description: 'Counters of a HAProxy that is not run by Belay.' });

const sentry = z
  .strictObject({
    type: z.literal('sentry'),
    url: url.optional().meta({ description: 'Address of Sentry.', default: D.sentry.url }),
    organization: text.meta({ description: 'Slug of the organization.' }),
    projects: z.array(z.string().regex(/^\d+$/, 'expected the id of a project: digits')).optional().meta({
      description: 'Ids of projects. Without it: all that the token may see.',
    }),
    environment: text.optional().meta({ description: 'Environment in Sentry.' }),
    token: token.meta({ description: 'Token with the scope org:read.' }),
    releases: armNames.optional().meta({ description: `Names of the releases in Sentry. ${IDS}`, default: D.releases }),
    bad: z.enum(['crashed', 'errored', 'events']).optional().meta({
      description: 'What counts: sessions that crashed, sessions with any error, or error events.',
      default: D.sentry.bad,
    }),
    timeout,
    lag: duration.optional().meta({ description: 'Time until what happened can be read.', default: D.sentry.lag }),
  })
  .meta({ description: 'Sessions of each release in Sentry. Minutes late.' });

const probe = z
  .strictObject({
    type: z.literal('probe'),
    paths: z
      .array(z.string().startsWith('/', 'must start with "/"'))
      .min(1)
      .optional()
      .meta({ description: 'Paths that are asked in turn.', default: D.probe.paths }),
    perSecond: z
      .number()
      .gt(0)
      .max(20)
      .optional()
      .meta({ description: 'Requests a second to each release.', default: D.probe.perSecond }),
    headers,
    timeout,
  })
  .meta({ description: 'Requests of our own to both releases, where there is no traffic.' });

export const signalsShape = z
  .array(z.discriminatedUnion('type', [router, prometheus, http, haproxy, sentry, probe]))
  .min(1);

export type WrittenSignals = z.input<typeof signalsShape>;
