/** The store in Postgres: for several machines and CI. Expiry by the server's clock; survives a lost connection. */
import type { JournalEvent, NewEvent } from '../core/events.ts';
import { EMPTY_CHAIN } from '../core/journal.ts';
import { Problem } from '../core/errors.ts';
import { type Clean, cleanEvents, fenced, HeadMemory, KEEP, sealAndProject, splitKnown } from './append.ts';
import { mayProject, NO_VIEWS, VIEWS_KEY } from './fold.ts';
import { postgresArtefacts } from './postgres-artefacts.ts';
import { postgresChanges } from './postgres-changes.ts';
import { postgresDocuments } from './postgres-documents.ts';
import { connect, type Connection, type Query } from './postgres-connection.ts';
import { holdsLease, postgresLeases } from './postgres-leases.ts';
import { migratePostgres, requireDurable } from './postgres-open.ts';
import { POSTGRES_SCHEMA } from './postgres-schema.ts';
import { leaveBehind, putRows, refreshViews, rowsFor, sharedViewsLock } from './postgres-views.ts';
import { type Lateness, latenessAfter } from './lateness.ts';
import { fromEvent, JOURNAL_COLUMNS, toEvent, toHead, toLateness, toRequest, toViewRow } from './rows.ts';
import { type Dialect, postgresDialect, selectEvents, selectViewRows } from './select.ts';
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
    await refreshViews(connection, schema, options.views);
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
  readonly artefacts: NonNullable<Store['artefacts']>;
  readonly documents: Store['documents'];
  readonly changes: NonNullable<Store['changes']>;
  readonly #connection: Connection;
  readonly #schema: string;
  readonly #dialect: Dialect;
  readonly #views: Views;
  readonly #clean: Clean;
  readonly #heads = new HeadMemory();

  constructor(connection: Connection, schema: string, views: Views, clean: Clean) {
    this.where = connection.where;
    this.#connection = connection;
    this.#schema = schema;
    this.#dialect = postgresDialect(schema);
    this.#views = views;
    this.#clean = clean;
    this.leases = postgresLeases(connection, schema, clean);
    this.artefacts = postgresArtefacts(connection, schema);
    this.documents = postgresDocuments(connection, schema);
    this.changes = postgresChanges(connection.client, schema);
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
    if (!(await holdsLease(query, this.#schema, fence, sharedViewsLock(this.#schema)))) throw fenced(environment);
    const byId = `SELECT ${JOURNAL_COLUMNS} FROM ${this.#schema}.journal WHERE id = ANY(?)`;
    const stored = await query(byId, [events.map((event) => event.id)]);
    const { fresh, merge } = splitKnown(environment, events, stored.map(toEvent));
    if (fresh.length === 0) return merge([]);
    const [facts] = await query(
      `SELECT head.n, head.hash, journal.at AS last_at, clock.high, clock.back_s,
          (SELECT value FROM ${this.#schema}.meta WHERE key = '${VIEWS_KEY}') AS views
        FROM (SELECT ?::text AS environment) AS one LEFT JOIN ${this.#schema}.head USING (environment)
          LEFT JOIN ${this.#schema}.journal USING (environment, n) LEFT JOIN ${this.#schema}.clock USING (environment)`,
      [environment],
    );
    const head = facts?.['hash'] === null ? EMPTY_CHAIN : toHead(facts);
    this.#heads.check(environment, head);
    const views = mayProject(this.#views, facts?.['views']) ? this.#views : NO_VIEWS;
    const known = await rowsFor(query, this.#schema, views, environment, fresh);
    const sealed = sealAndProject(views, fence, head, fresh, known);
    await this.#insert(query, sealed.events);
    await putRows(query, this.#schema, sealed.rows);
    if (views === NO_VIEWS) await leaveBehind(query, this.#schema);
    const late = latenessAfter(toLateness(facts), (facts?.['last_at'] ?? null) as string | null, sealed.events);
    if (late) await this.#setClock(query, environment, late);
    await query(
      `INSERT INTO ${this.#schema}.head (environment, n, hash) VALUES (?, ?, ?)
        ON CONFLICT (environment) DO UPDATE SET n = excluded.n, hash = excluded.hash`,
      [environment, sealed.head.n, sealed.head.hash],
    );
    return merge(sealed.events);
  }

  async #setClock(query: Query, environment: string, { high, backS }: Lateness): Promise<void> {
    await query(
      `INSERT INTO ${this.#schema}.clock (environment, high, back_s) VALUES (?, ?, ?)
        ON CONFLICT (environment) DO UPDATE SET high = excluded.high, back_s = excluded.back_s`,
      [environment, high, backS],
    );
  }

  /** One statement for all rows: an array for each column. */
  async #insert(query: Query, events: readonly JournalEvent[]): Promise<void> {
    const rows = events.map(fromEvent);
    const arrays = COLUMN_TYPES.map((type) => `?::${type}[]`).join(', ');
    const columns = COLUMN_TYPES.map((_type, column) => rows.map((row) => row[column]));
    await query(`INSERT INTO ${this.#schema}.journal (${JOURNAL_COLUMNS}) SELECT * FROM unnest(${arrays})`, columns);
  }

  async read(query: EventQuery): Promise<readonly JournalEvent[]> {
    const { sql, values } = selectEvents(this.#dialect, query);
    return (await this.#connection.query(sql, values)).map(toEvent);
  }

  async head(environment: string): ReturnType<Store['head']> {
    const sql = `SELECT n, hash FROM ${this.#schema}.head WHERE environment = ?`;
    return toHead((await this.#connection.query(sql, [environment]))[0]);
  }

  async view(view: ViewName, query: ViewQuery): Promise<readonly ViewRow[]> {
    const { sql, values } = selectViewRows(this.#dialect, view, query);
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
