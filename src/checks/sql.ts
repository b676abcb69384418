/** Asks a Postgres database for one value, and compares it. Can change nothing there. */
import type { Client, CustomTypesConfig } from 'pg';
import { formatDuration } from '../util/duration.ts';
import type { Check, CheckContext } from './check.ts';
import { judgeValue } from './json-expect.ts';
import type { SqlSpec } from './spec.ts';
import { clip, type Finding, verdict } from './verdict.ts';

const INT8 = 20;
const NUMERIC = 1_700;
const DATES = [1_082, 1_083, 1_114, 1_184, 1_266];
const CANCELLED = '57014';
/** How much longer than the server's own limit an answer is waited for. */
const GRACE_MS = 1_000;

/** Reads nothing but the first two rows; a cursor takes nothing but a query. */
const CURSOR = 'belay_check';

export function sqlCheck(spec: SqlSpec): Check {
  return {
    name: spec.name,
    async run(ctx) {
      const started = performance.now();
      const seen = await ask(spec, ctx).catch((error: unknown) => explain(error, spec, ctx.signal));
      const ms = performance.now() - started;
      const findings = 'status' in seen ? [seen] : judge(seen, spec);
      const value = 'rows' in seen ? JSON.stringify(seen.rows[0]?.[0]) : '';
      return verdict(spec.name, `${clip(value ?? '', 80)} in ${formatDuration(ms)}`, findings, [
        { name: 'duration', value: ms, unit: 'ms' },
      ]);
    },
  };
}

interface Answer {
  readonly rows: readonly (readonly unknown[])[];
}

/** Connects, asks, and leaves. The server itself refuses to write and ends what takes too long. */
async function ask({ url, query, timeoutMs }: SqlSpec, { signal }: CheckContext): Promise<Answer> {
  const { default: pg } = await import('pg');
  signal.throwIfAborted();
  const client = new pg.Client({
    connectionString: url.reveal(),
    application_name: 'belay check',
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs + GRACE_MS,
    types: plainTypes(pg.types),
  });
  // A connection that breaks while idle says so here; the next query fails with the same.
  client.on('error', () => undefined);
  const { promise: stopped, reject: stop } = deferred();
  const onAbort = () => stop(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([answerOf(client, query, timeoutMs), stopped]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Ending the connection takes the transaction back; what the server answers to that changes nothing here, and
    // whoever is to stop does not wait for it.
    const ended = client.end().catch(() => undefined);
    if (!signal.aborted) await ended;
  }
}

function deferred(): { readonly promise: Promise<never>; readonly reject: (reason: unknown) => void } {
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<never>((_resolve, no) => (reject = no));
  return { promise, reject };
}

async function answerOf(client: Client, query: string, timeoutMs: number): Promise<Answer> {
  await client.connect();
  await client.query('BEGIN TRANSACTION READ ONLY');
  await client.query("SELECT set_config('statement_timeout', $1, true)", [String(timeoutMs)]);
  await one(client, `DECLARE ${CURSOR} NO SCROLL CURSOR FOR ${query}`);
  return { rows: await one(client, `FETCH 2 FROM ${CURSOR}`) };
}

/** By the extended protocol, which takes one statement: nothing can end the read-only transaction and go on. */
async function one(client: Client, text: string): Promise<unknown[][]> {
  const query = { text, rowMode: 'array' as const, queryMode: 'extended' };
  return (await client.query<unknown[]>(query)).rows;
}

/** Numbers as numbers where they fit, moments as the server writes them. */
function plainTypes(types: CustomTypesConfig): CustomTypesConfig {
  return {
    getTypeParser: (oid: number, format?: 'text' | 'binary') => {
      if (DATES.includes(oid)) return (text: string) => text;
      if (oid !== INT8 && oid !== NUMERIC) return types.getTypeParser(oid, format as 'text') as never;
      return (text: string) => (Math.abs(Number(text)) <= Number.MAX_SAFE_INTEGER ? Number(text) : text);
    },
  } as CustomTypesConfig;
}

/** Exactly one value, or it cannot be told what is meant. */
function judge({ rows }: Answer, { expect }: SqlSpec): Finding[] {
  const [first] = rows;
  const cannotTell = (what: string): Finding[] => [{ status: 'inconclusive', what }];
  if (!first) return cannotTell('expected one row, saw none');
  if (rows.length > 1) return cannotTell('expected one row, saw more');
  if (first.length !== 1) return cannotTell(`expected one column, saw ${first.length}`);
  const [value] = first;
  if (expect === null) return value === null ? cannotTell('expected a value, saw null') : [];
  // NULL is what aggregates say of nothing at all.
  if (value === null && expect.equals !== null) return cannotTell('expected a value, saw null');
  return judgeValue(value, { path: 'the value', ...expect });
}

/** What the server says of the query is a failure of the release; not having been able to ask is not. */
function explain(error: unknown, { timeoutMs, url }: SqlSpec, signal: AbortSignal): Finding {
  if (signal.aborted) return { status: 'error', what: 'stopped before it was answered' };
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const message = (error instanceof Error ? error.message : String(error)).replaceAll(url.reveal(), '***');
  if (code === CANCELLED || message === 'Query read timeout')
    return { status: 'fail', what: `expected an answer within ${formatDuration(timeoutMs)}, and it was stopped then` };
  // Classes 22 and 42: the query met something that is not there, or not of its kind.
  return /^(22|42)/.test(code) && code !== '42501'
    ? { status: 'fail', what: `the query failed: ${message}` }
    : { status: 'error', what: `the database could not be asked: ${message}` };
}
