/** The store in Postgres: for several machines and CI. Expiry by the server's clock; survives a lost connection. */
import type { JournalEvent, NewEvent } from '../core/events.ts';
import { Problem } from '../core/errors.ts';
import {
  type Clean,
  cleanEvents,
  fenced,
  HeadMemory,
  KEEP,
  neededRows,
  rowId,
  sealAndProject,
  splitKnown,
} from './append.ts';
import { connect, type Connection, type Query } from './postgres-connection.ts';
import { holdsLease, postgresLeases } from './postgres-leases.ts';
import { migratePostgres, requireDurable } from './postgres-open.ts';
import { POSTGRES_SCHEMA } from './postgres-schema.ts';
import { fromEvent, JOURNAL_COLUMNS, toEvent, toHead, toRequest, toViewRow } from './rows.ts';
import { selectEvents, selectViewRows } from './select.ts';
import type { EventQuery, Fence, HolderRequest, Store, ViewName, ViewQuery, ViewRow, Views } from './store.ts';

export interface PostgresOptions {
  readonly url: string;
  readonly views: Views;
  /** Schema for the tables; `belay` by default. */
  readonly schema?: string;
  /** Hides secret values in everything that is written. */
  readonly clean?: Clean;
}

/**
 * Opens the store, and makes its schema where there is none.
 * @throws Problem CONFIG_INVALID, STORE_UNREACHABLE, STORE_REFUSED (not durable, no permission), FORMAT_NEWER
 */
export async function openPostgres(options: PostgresOptions): Promise<Store> {
  const schema = options.schema ?? 'belay';
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) {
    throw new Problem('CONFIG_INVALID', `The schema name ${schema} cannot be used`, {
      why: 'expected lower-case letters, digits and underscores',
      next: 'belay config validate',
      retry: 'after-change',
    });
  }
  const connection = await connect(options.url);
  try {
    await requireDurable(connection);
    await migratePostgres(connection, schema, POSTGRES_SCHEMA);
    return new PostgresStore(connection, schema, options.views, options.clean ?? KEEP);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

const COLUMN_TYPES = ['text', 'bigint', 'text', 'text', 'text', 'text', 'text', 'bigint', 'text', 'text', 'text'];

class PostgresStore implements Store {
  readonly kind = 'postgres';
  readonly where: string;
  readonly leases: Store['leases'];
  readonly #connection: Connection;
  readonly #schema: string;
  readonly #views: Views;
  readonly #clean: Clean;
  readonly #heads = new HeadMemory();

  constructor(connection: Connection, schema: string, views: Views, clean: Clean) {
    this.where = connection.where;
    this.#connection = connection;
    this.#schema = schema;
    this.#views = views;
    this.#clean = clean;
    this.leases = postgresLeases(connection, schema, clean);
  }

  async append(fence: Fence, events: readonly NewEvent[]): Promise<readonly JournalEvent[]> {
    const cleaned = cleanEvents(events, this.#clean);
    const written = await this.#connection.transaction((query) => this.#append(query, fence, cleaned));
    const last = written.at(-1);
    if (last) this.#heads.remember(fence.environment, { n: last.n, hash: last.hash });
    return written;
  }

  async #append(query: Query, fence: Fence, events: readonly NewEvent[]): Promise<readonly JournalEvent[]> {
    const { environment } = fence;
    // First and by itself: the lock makes every later statement see what the last holder of it committed.
    if (!(await holdsLease(query, this.#schema, fence))) throw fenced(environment);
    const byId = `SELECT ${JOURNAL_COLUMNS} FROM ${this.#schema}.journal WHERE id = ANY(?)`;
    const stored = await query(byId, [events.map((event) => event.id)]);
    const { fresh, merge } = splitKnown(environment, events, stored.map(toEvent));
    if (fresh.length === 0) return merge([]);
    const [headRow] = await query(`SELECT n, hash FROM ${this.#schema}.head WHERE environment = ?`, [environment]);
    const head = toHead(headRow);
    this.#heads.check(environment, head);
    const sealed = sealAndProject(this.#views, fence, head, fresh, await this.#rowsFor(query, environment, fresh));
    await this.#insert(query, sealed.events);
    await this.#project(query, sealed.rows);
    await query(
      `INSERT INTO ${this.#schema}.head (environment, n, hash) VALUES (?, ?, ?)
        ON CONFLICT (environment) DO UPDATE SET n = excluded.n, hash = excluded.hash`,
      [environment, sealed.head.n, sealed.head.hash],
    );
    return merge(sealed.events);
  }

  /** One statement for all rows: an array for each column. */
  async #insert(query: Query, events: readonly JournalEvent[]): Promise<void> {
    const rows = events.map(fromEvent);
    const arrays = COLUMN_TYPES.map((type) => `?::${type}[]`).join(', ');
    const columns = COLUMN_TYPES.map((_type, column) => rows.map((row) => row[column]));
    await query(`INSERT INTO ${this.#schema}.journal (${JOURNAL_COLUMNS}) SELECT * FROM unnest(${arrays})`, columns);
  }

  async #project(query: Query, rows: readonly ViewRow[]): Promise<void> {
    if (rows.length === 0) return;
    await query(
      `INSERT INTO ${this.#schema}.view_row (view, environment, key, sort, row)
        SELECT * FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[])
        ON CONFLICT (view, environment, key) DO UPDATE SET sort = excluded.sort, row = excluded.row`,
      [
        rows.map((row) => row.view),
        rows.map((row) => row.environment),
        rows.map((row) => row.key),
        rows.map((row) => row.sort),
        rows.map((row) => JSON.stringify(row.row)),
      ],
    );
  }

  async #rowsFor(query: Query, environment: string, events: readonly NewEvent[]): Promise<Map<string, unknown>> {
    const needed = neededRows(this.#views, environment, events);
    if (needed.length === 0) return new Map();
    const sql = `SELECT view, key, row FROM ${this.#schema}.view_row
      WHERE environment = ? AND (view, key) IN (SELECT * FROM unnest(?::text[], ?::text[]))`;
    const rows = await query(sql, [environment, needed.map(([view]) => view), needed.map(([, key]) => key)]);
    return new Map(
      rows.map((row) => [rowId(String(row['view']), String(row['key'])), JSON.parse(String(row['row'])) as unknown]),
    );
  }

  async read(query: EventQuery): Promise<readonly JournalEvent[]> {
    const { sql, values } = selectEvents(`${this.#schema}.journal`, query);
    return (await this.#connection.query(sql, values)).map(toEvent);
  }

  async head(environment: string): ReturnType<Store['head']> {
    const sql = `SELECT n, hash FROM ${this.#schema}.head WHERE environment = ?`;
    return toHead((await this.#connection.query(sql, [environment]))[0]);
  }

  async view(view: ViewName, query: ViewQuery): Promise<readonly ViewRow[]> {
    const { sql, values } = selectViewRows(`${this.#schema}.view_row`, view, query);
    return (await this.#connection.query(sql, values)).map(toViewRow);
  }

  async ask(request: HolderRequest): Promise<void> {
    const { id, environment, deployment, kind } = request;
    const sql = `INSERT INTO ${this.#schema}.request (id, environment, deployment, kind, asked_by, reason)
      VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`;
    const values = [id, environment, deployment, kind, this.#clean(request.by), this.#clean(request.reason)];
    await this.#connection.transaction((query) => query(sql, values));
  }

  async asked(environment: string, deployment: string): Promise<readonly HolderRequest[]> {
    const sql = `SELECT * FROM ${this.#schema}.request WHERE environment = ? AND deployment = ? ORDER BY seq`;
    return (await this.#connection.query(sql, [environment, deployment])).map(toRequest);
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}
