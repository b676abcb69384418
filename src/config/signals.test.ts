/** Signals in the configuration: what is written becomes one form, and what is wrong is told with what was meant. */
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { createSignals } from '../signals/create.ts';
import { knownKeys } from '../util/known-keys.ts';
import { createRedactor } from '../util/redact.ts';
import { describeIssues, pathText } from '../util/shape-issues.ts';
import { describeShape } from './describe-shape.ts';
import { normalizeSignals } from './normalize-signals.ts';
import { signalsShape, type WrittenSignals } from './shape-signals.ts';

const around = {
  directory: '/srv/shop',
  secrets: { variable: (name: string) => (name === 'TOKEN' ? 'token-value' : undefined), redactor: createRedactor() },
};
const normalize = (written: WrittenSignals) => normalizeSignals(written, 'signals', around);

/** What a person is told about a written list. */
function faults(written: unknown): string[] {
  const parsed = signalsShape.safeParse(written);
  if (parsed.success) return [];
  const known = (path: readonly (string | number)[]) => knownKeys(signalsShape, path, written);
  return describeIssues(parsed.error.issues, written, known).map(({ path, what }) => `${pathText(path)}: ${what}`);
}

const BOTH = { query: 'sum by (release) (x)', by: 'release' };

const ALL: WrittenSignals = [
  { type: 'router' },
  {
    type: 'prometheus',
    url: 'http://prometheus:9090',
    headers: { Authorization: { secret: 'TOKEN' } },
    job: 'shop',
    scrape: '15s',
    requests: BOTH,
    errors: { canary: 'a', stable: 'b' },
    latency: { ...BOTH, unit: 'ms' },
  },
  {
    type: 'http',
    url: 'https://stats.example/api',
    canary: { requests: '$.c.n', errors: '$.c.e' },
    stable: { requests: '$.s.n', errors: '$.s.e' },
  },
  { type: 'haproxy', socket: './admin.sock', canary: { backend: 'shop', server: 'c' }, stable: { backend: 'shop' } },
  { type: 'sentry', organization: 'acme', token: { secret: 'TOKEN' } },
  { type: 'probe', paths: ['/healthz'] },
];

test('every kind is written in its short form, gets its defaults, and becomes a signal', async () => {
  expect(faults(ALL)).toEqual([]);
  const specs = normalize(ALL);
  expect(specs).toMatchObject([
    { type: 'router' },
    {
      requests: { query: 'sum by (release) (x)', label: 'release', values: { canary: '{canary}', stable: '{stable}' } },
      errors: { canary: 'a', stable: 'b' },
      latency: { unit: 'ms' },
      scrapeMs: 15_000,
      timeoutMs: 5_000,
    },
    { counts: 'cumulative', at: null, everyMs: 10_000 },
    { from: { socket: '/srv/shop/admin.sock' }, stable: { backend: 'shop', server: null } },
    { url: 'https://sentry.io', bad: 'crashed', lagMs: 120_000, projects: [], environment: null },
    { paths: ['/healthz'], perSecond: 2 },
  ]);
  const signals = await createSignals(specs.filter((spec) => spec.type !== 'router'));
  expect(signals.map(({ kind }) => kind)).toEqual(['prometheus', 'http', 'haproxy', 'sentry', 'probe']);
});

test('secrets are handles: printed and serialised they are masks', () => {
  const specs = normalize(ALL);
  expect(inspect(specs, { depth: 9 }) + JSON.stringify(specs)).not.toContain('token-value');
  const sentry = specs.find((spec) => spec.type === 'sentry');
  expect(sentry?.token.reveal()).toBe('token-value');
});

test.each([
  ['an unknown kind', [{ type: 'promethus' }], '[0].type: unknown type "promethus"; did you mean "prometheus"?'],
  ['an unknown key', [{ type: 'probe', path: ['/'] }], '[0].path: unknown key; did you mean "paths"?'],
  [
    'a misspelt key of a query',
    [{ type: 'prometheus', url: 'http://p', requests: { query: 'x', byy: 'release' }, errors: BOTH }],
    'did you mean "by"?',
  ],
  ['a missing query', [{ type: 'prometheus', url: 'http://p', errors: BOTH }], '[0].requests: '],
  ['a password in the url', [{ ...ALL[2], url: 'https://me:word@host/' }], 'give them under "headers" as a secret'],
  ['an interval without its time', [{ ...ALL[2], counts: 'interval' }], '[0].at: is needed with counts: interval'],
  ['a path that is none', [{ ...ALL[2], canary: { requests: 'n', errors: '$.e' } }], 'expected a JSON path'],
  ['two ways to HAProxy', [{ ...ALL[3], url: 'http://h/stats;csv' }], '[0].url: is not needed beside "socket"'],
  ['a token in the file', [{ ...ALL[4], token: 'sntryu_1' }], '[0].token: expected { secret: NAME }'],
  ['half of a query', [{ ...ALL[1], requests: { query: 'x' } }], '[0].requests: needs "query" with "by"'],
  ['a query of both forms', [{ ...ALL[1], requests: { ...BOTH, canary: 'x' } }], '[0].requests: needs "query"'],
  ['a probe that is a load test', [{ type: 'probe', perSecond: 500 }], '[0].perSecond: must be at most 20'],
  ['an empty list', [], 'must have at least 1 entry'],
])('%s is told, with what was meant', (_, written, what) => {
  const told = faults(written).join('\n');
  expect(told).toContain(what);
  expect(told).not.toMatch(/me:word|sntryu_1/);
});

test('every key has a description', () => {
  const silent = describeShape(signalsShape, 'signals').filter(({ description, kind, path }) => {
    return description === '' && kind !== 'object' && !/values\.|releases\./.test(path);
  });
  expect(silent.map(({ path }) => path)).toEqual([]);
});
