/** Reaches a Postgres server: by `pg` for questions, by the environment of child programs for dumps. */
import type { Client } from 'pg';
import { isProblem, Problem } from '../core/errors.ts';

/** A SQLSTATE, or a system error's code; empty for anything else. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** Rows come as text or numbers, by the names that the query gives them. */
export type Row = Readonly<Record<string, unknown>>;

export const quoteName = (name: string) => `"${name.replaceAll('"', '""')}"`;
export const quoteText = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** The server and database of a URL, without secrets. */
export function describeUrl(url: URL): string {
  const host = url.searchParams.get('host') ?? (url.hostname || 'localhost');
  return `${nameOf(url)} at ${host}${url.port ? `:${url.port}` : ''}`;
}

export function nameOf(url: URL): string {
  return decodeURIComponent(url.pathname.slice(1));
}

function urlOf(url: URL, database: string): string {
  const other = new URL(url);
  other.pathname = `/${encodeURIComponent(database)}`;
  return other.href;
}

const HINTS: Readonly<Record<string, string>> = {
  '28P01': 'the password is not accepted',
  '28000': 'the user is not accepted',
  '42501': 'the user lacks a right for this',
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'its name is not known',
};

function failure(error: unknown, doing: string): Problem {
  const full = codeOf(error) === '53100';
  const message = error instanceof Error ? error.message : String(error);
  const hint = HINTS[codeOf(error)];
  return new Problem(full ? 'NO_ROOM' : 'DATA_FAILED', `${doing} failed`, {
    why: hint ? `${hint}: ${message}` : message,
    retry: 'after-change',
    cause: error,
  });
}

/** A connection to `database` on the server of `url` for the length of `job`; ended when the signal is. */
export async function withPostgres<T>(
  url: URL,
  database: string,
  signal: AbortSignal,
  job: (client: Client) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: urlOf(url, database), application_name: 'belay' });
  // A connection that breaks while idle says so here; the next query fails with the same.
  client.on('error', () => undefined);
  const end = () => void client.end();
  signal.addEventListener('abort', end, { once: true });
  try {
    await client.connect();
    return await job(client);
  } catch (error) {
    signal.throwIfAborted();
    throw isProblem(error) ? error : failure(error, `work on database ${database}`);
  } finally {
    signal.removeEventListener('abort', end);
    await client.end();
  }
}

/** The server's rows for one query. */
export async function rowsOf(client: Client, sql: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
  return (await client.query<Record<string, unknown>>(sql, [...values])).rows;
}

/** Names under which libpq knows what a URL's query may say. */
const LIBPQ: Readonly<Record<string, string>> = {
  host: 'PGHOST',
  sslmode: 'PGSSLMODE',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  options: 'PGOPTIONS',
};

/** Environment for `pg_dump` and its kin: how they learn the password without it being in an argument list. */
export function toolEnvironment(url: URL, database: string): Record<string, string> {
  const environment: Record<string, string> = { PGDATABASE: database, PGAPPNAME: 'belay' };
  if (url.hostname) environment['PGHOST'] = decodeURIComponent(url.hostname).replace(/^\[(.*)\]$/, '$1');
  if (url.port) environment['PGPORT'] = url.port;
  if (url.username) environment['PGUSER'] = decodeURIComponent(url.username);
  if (url.password) environment['PGPASSWORD'] = decodeURIComponent(url.password);
  for (const [name, value] of url.searchParams) {
    const variable = LIBPQ[name];
    if (variable !== undefined) environment[variable] = value;
  }
  return environment;
}
