/** Written health checks into the one form that the checks are made from. */
import { parseDuration } from '../util/duration.ts';
import { CHECK_DEFAULTS as DEFAULTS } from './defaults.ts';
import type { WrittenCommand, WrittenHealth, WrittenHttp, WrittenSql } from './shape.ts';
import type { CommandSpec, HealthSpec, Hidden, HttpSpec, SqlSpec } from './spec.ts';

/** Makes a handle of a written secret; `key` is its path inside the health file. */
export type BindSecret = (reference: { secret: string; file?: string }, key: string) => Hidden;

const ms = (written: string) => parseDuration(written) ?? 0;

/** `file` is the path that it was read from; null when written inline. */
export function normalizeHealth(written: WrittenHealth, file: string | null, bind: BindSecret): HealthSpec {
  const [program, ...args] = written.function_runner ?? DEFAULTS.functionRunner;
  return {
    file,
    criticalFunctions: [...(written.critical_functions ?? [])],
    criticalQueries: [...(written.critical_queries ?? [])],
    functionRunner: [program ?? '', ...args],
    ownRunner: written.function_runner !== undefined,
    http: (written.http ?? []).map((check, index) => normalizeHttp(check, `http[${index}]`, bind)),
    commands: (written.commands ?? []).map(normalizeCommand),
    sql: (written.sql ?? []).map((check, index) => normalizeSql(check, `sql[${index}]`, bind)),
  };
}

function normalizeHttp(written: WrittenHttp, where: string, bind: BindSecret): HttpSpec {
  const { expect = {}, method = DEFAULTS.method, path = DEFAULTS.path } = written;
  const place = written.url ?? (written.target ? `${written.target}${path}` : path);
  const headers = Object.entries(written.headers ?? {}).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : bind(withoutUndefined(value), `${where}.headers.${name}`),
  ]);
  return {
    name: written.name ?? `${method} ${place}`,
    at: written.url ? { url: written.url } : { target: written.target ?? null, path },
    method,
    headers: Object.fromEntries(headers) as HttpSpec['headers'],
    body:
      written.body === undefined
        ? null
        : typeof written.body === 'string'
          ? written.body
          : JSON.stringify(written.body),
    status: asList(expect.status ?? DEFAULTS.status).map(statusRange),
    contains: expect.contains ?? null,
    matches: expect.matches ?? null,
    json: asList(expect.json ?? []).map((expectation) => withoutUndefined(expectation)),
    latencyMs: expect.latency === undefined ? null : ms(expect.latency),
    timeoutMs: ms(written.timeout ?? DEFAULTS.timeout),
    retries: written.retries ?? DEFAULTS.retries,
  };
}

function normalizeCommand(written: WrittenCommand): CommandSpec {
  const [program, ...args] = typeof written.run === 'string' ? [] : written.run;
  const run = program === undefined ? String(written.run) : ([program, ...args] as const);
  return {
    name: written.name ?? (typeof written.run === 'string' ? written.run : written.run.join(' ')),
    run,
    exit: written.exit ?? DEFAULTS.exit,
    contains: written.contains ?? null,
    limitMs: ms(written.limit ?? DEFAULTS.limit),
  };
}

function normalizeSql(written: WrittenSql, where: string, bind: BindSecret): SqlSpec {
  return {
    name: written.name ?? written.query,
    url: bind(withoutUndefined(written.url), `${where}.url`),
    query: written.query,
    expect: written.expect ? withoutUndefined(written.expect) : null,
    timeoutMs: ms(written.timeout ?? DEFAULTS.timeout),
  };
}

/** `200`, `"2xx"` and `"200-299"` as inclusive bounds. */
function statusRange(written: string | number): readonly [number, number] {
  const text = String(written);
  if (text.endsWith('xx')) return [Number(text[0]) * 100, Number(text[0]) * 100 + 99];
  const [low = 0, high = low] = text.split('-').map(Number);
  return [low, high];
}

function asList<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}

type Defined<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };

function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as Defined<T>;
}
