/** The store in one SQLite file: for one machine, durable at every commit, readable while it is written. */
import { resolve } from 'node:path';
import type { JournalEvent, NewEvent } from '../core/events.ts';
import { EMPTY_CHAIN } from '../core/journal.ts';
import { type Clean, cleanEvents, fenced, HeadMemory, KEEP, sealAndProject, splitKnown } from './append.ts';
import { openDriver, type SqliteDriver, transaction } from './driver.ts';
import { mayProject, NO_VIEWS, VIEWS_KEY } from './fold.ts';
import { latenessAfter } from './lateness.ts';
import { fromEvent, JOURNAL_COLUMNS, toEvent, toHead, toLateness, toRequest, toViewRow } from './rows.ts';
import { selectEvents, selectViewRows, SQLITE } from './select.ts';
import { sqliteDocuments } from './sqlite-documents.ts';
import { describeHolders, sqliteLeases } from './sqlite-leases.ts';
import { migrateSqlite } from './sqlite-migrate.ts';
import { preparePlace } from './sqlite-place.ts';
import { isBusy, toProblem } from './sqlite-problems.ts';
import { SQLITE_SCHEMA } from './sqlite-schema.ts';
import { applySettings, refuseUnsafeWal } from './sqlite-settings.ts';
import { leaveBehind, putRows, refreshViews, rowsFor } from './sqlite-views.ts';
import type { EventQuery, Fence, HolderRequest, Store, ViewName, ViewQuery, ViewRow, Views } from './store.ts';

export interface SqliteOptions {
  readonly path: string;
  readonly views: Views;
  /** Hides secret values in everything that is written. */
  readonly clean?: Clean;
  /** True when this runs in CI, where a local store is refused unless `allowInCi`. */
  readonly ci?: boolean;
  readonly allowInCi?: boolean;
  /** Which engine to use; by default the one built into Node where there is one. */
  readonly engine?: SqliteDriver['engine'];
}

/**
 * In one statement what an append must know; no row when the lease is not ours. The head and the time of the event
 * there, whether any of the events is there already, the version of the folds, and how late events have been.
 */
const BEFORE = `SELECT head.n, head.hash, journal.at AS last_at, clock.high, clock.back_s,
    EXISTS (SELECT 1 FROM journal AS known WHERE known.id IN (SELECT value FROM json_each(?4))) AS known,
    (SELECT value FROM meta WHERE key = '${VIEWS_KEY}') AS views
  FROM lease LEFT JOIN head ON head.environment = lease.environment
    LEFT JOIN journal ON journal.environment = lease.environment AND journal.n = head.n
    LEFT JOIN clock ON clock.environment = lease.environment
  WHERE lease.environment = ?1 AND lease.token = ?2 AND lease.nonce = ?3 AND lease.holder IS NOT NULL`;
const BY_ID = `SELECT ${JOURNAL_COLUMNS} FROM journal WHERE id IN (SELECT value FROM json_each(?))`;
const INSERT = `INSERT INTO journal (${JOURNAL_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const SET_HEAD = `INSERT INTO head (environment, n, hash) VALUES (?, ?, ?)
  ON CONFLICT (environment) DO UPDATE SET n = excluded.n, hash = excluded.hash`;
const SET_CLOCK = 'INSERT OR REPLACE INTO clock (environment, high, back_s) VALUES (?, ?, ?)';

/**
 * Opens the store, and makes it where there is none.
 * @throws Problem STORE_REFUSED (place, settings, another program's file), STORE_UNREACHABLE, STORE_FULL,
 * STORE_CORRUPT, FORMAT_NEWER
 */
export async function openSqlite(options: SqliteOptions): Promise<Store> {
  const path = resolve(options.path);
  preparePlace(path, { ci: options.ci ?? false, allowInCi: options.allowInCi ?? false });
  let driver: SqliteDriver | undefined;
  try {
    driver = openDriver(path, options.engine);
    refuseUnsafeWal(path, driver.version);
    applySettings(driver, path);
    migrateSqlite(driver, path, SQLITE_SCHEMA);
    refreshViews(driver, path, options.views);
    return new SqliteStore(driver, path, options.views, options.clean ?? KEEP);
  } catch (error) {
    driver?.close();
    throw toProblem(error, path);
  }
}

class SqliteStore implements Store {
  readonly kind = 'sqlite';
  readonly where: string;
  readonly leases: Store['leases'];
  readonly documents: Store['documents'];
  readonly #driver: SqliteDriver;
  readonly #views: Views;
  readonly #clean: Clean;
  readonly #heads = new HeadMemory();

  constructor(driver: SqliteDriver, path: string, views: Views, clean: Clean) {
    this.where = path;
    this.#driver = driver;
    this.#views = views;
    this.#clean = clean;
    this.leases = sqliteLeases(driver, path, clean, (body) => this.#guarded(body));
    this.documents = sqliteDocuments(driver, (body) => this.#guarded(body));
  }

  async append(fence: Fence, events: readonly NewEvent[]): Promise<readonly JournalEvent[]> {
    const cleaned = cleanEvents(events, this.#clean);
    return this.#guarded(() => {
      const written = transaction(this.#driver, () => this.#append(fence, cleaned));
      const last = written.at(-1);
      if (last) this.#heads.remember(fence.environment, { n: last.n, hash: last.hash });
      return written;
    });
  }

  #append(fence: Fence, events: readonly NewEvent[]): readonly JournalEvent[] {
    const driver = this.#driver;
    const { environment } = fence;
    const ids = JSON.stringify(events.map((event) => event.id));
    const facts = driver.get(BEFORE, fence.environment, fence.token, fence.nonce, ids);
    if (facts === undefined) throw fenced(environment);
    const stored = facts['known'] === 0 ? [] : driver.all(BY_ID, ids).map(toEvent);
    const { fresh, merge } = splitKnown(environment, events, stored);
    if (fresh.length === 0) return merge([]);
    const head = facts['hash'] === null ? EMPTY_CHAIN : toHead(facts);
    this.#heads.check(environment, head);
    const views = mayProject(this.#views, facts['views']) ? this.#views : NO_VIEWS;
    const sealed = sealAndProject(views, fence, head, fresh, rowsFor(driver, views, environment, fresh));
    for (const event of sealed.events) driver.run(INSERT, ...fromEvent(event));
    putRows(driver, sealed.rows);
    if (views === NO_VIEWS) leaveBehind(driver);
    const late = latenessAfter(toLateness(facts), facts['last_at'] as string | null, sealed.events);
    if (late) driver.run(SET_CLOCK, environment, late.high, late.backS);
    driver.run(SET_HEAD, environment, sealed.head.n, sealed.head.hash);
    return merge(sealed.events);
  }

  read(query: EventQuery): Promise<readonly JournalEvent[]> {
    const { sql, values } = selectEvents(SQLITE, query);
    return this.#guarded(() => this.#driver.all(sql, ...values).map(toEvent));
  }

  head(environment: string): ReturnType<Store['head']> {
    return this.#guarded(() => toHead(this.#driver.get('SELECT n, hash FROM head WHERE environment = ?', environment)));
  }

  view(view: ViewName, query: ViewQuery): Promise<readonly ViewRow[]> {
    const { sql, values } = selectViewRows(SQLITE, view, query);
    return this.#guarded(() => this.#driver.all(sql, ...values).map(toViewRow));
  }

  async ask(request: HolderRequest): Promise<void> {
    const { id, environment, deployment, kind } = request;
    const [by, reason] = [this.#clean(request.by), this.#clean(request.reason)];
    const sql = `INSERT INTO request (id, environment, deployment, kind, asked_by, reason) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO NOTHING`;
    await this.#guarded(() => {
      transaction(this.#driver, () => this.#driver.run(sql, id, environment, deployment, kind, by, reason));
    });
  }

  asked(environment: string, deployment: string): Promise<readonly HolderRequest[]> {
    const sql = 'SELECT * FROM request WHERE environment = ? AND deployment = ? ORDER BY seq';
    return this.#guarded(() => this.#driver.all(sql, environment, deployment).map(toRequest));
  }

  async close(): Promise<void> {
    this.#driver.close();
  }

  async #guarded<T>(body: () => T): Promise<T> {
    try {
      return body();
    } catch (error) {
      throw toProblem(error, this.where, isBusy(error) ? this.#heldBy() : null);
    }
  }

  /** Best effort, for a message only: with the file locked for writing even reading may be refused. */
  #heldBy(): string | null {
    try {
      this.#driver.all('PRAGMA busy_timeout = 0');
      return describeHolders(this.#driver);
    } catch {
      return null;
    } finally {
      this.#driver.all('PRAGMA busy_timeout = 5000');
    }
  }
}
