/** A journal of a million events with a valid chain and true views, built once by bulk SQL and kept beside other temporary files. */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventData, EventKind, JournalEvent, NewEvent } from '../../src/core/events.ts';
import { type ChainHead, EMPTY_CHAIN, seal } from '../../src/core/journal.ts';
import { VIEWS } from '../../src/core/views.ts';
import { openDriver, type SqliteDriver } from '../../src/stores/driver.ts';
import { fromEvent, JOURNAL_COLUMNS } from '../../src/stores/rows.ts';
import { SQLITE_SCHEMA } from '../../src/stores/sqlite-schema.ts';
import { openSqlite } from '../../src/stores/sqlite.ts';
import type { ViewName, ViewRow } from '../../src/stores/store.ts';

export const EVENTS = 1_000_000;
export const ENVIRONMENTS = ['production', 'staging', 'preview'] as const;
export const ACTORS = ['mia', 'tom', 'ci', 'ada'] as const;
/** Deployed once in a thousand times. */
export const RARE_ACTOR = 'zoe';
const STEPS = ['stage:web', 'stage:api', 'check:health', 'activate:web', 'activate:api', 'verify'] as const;
const MINUTE = 60_000;
const FIRST = Date.UTC(2020, 0, 1);

export interface MillionEvents {
  readonly path: string;
  /** Null when it was there already. */
  readonly builtMs: number | null;
}

type Put = <K extends EventKind>(kind: K, data: EventData[K]) => NewEvent;

/** The events of one deployment: most commit, some roll back, a few are stuck. */
function deploymentEvents(number: number, put: Put, deployment: string): NewEvent[] {
  const commit = number.toString(16).padStart(40, '0');
  const release = `r-${commit.slice(-7)}-${number}`;
  const source = { commit, branch: 'main', subject: `change ${number}`, author: 'Mia' };
  const opened = { kind: 'deploy', format: 1, tool: 'belay 0.1.0', release, source, strategy: 'blue-green' } as const;
  const events = [put('deployment.opened', opened)];
  for (const step of STEPS) {
    events.push(put('step.intended', { step, attempt: 1, expected: null }));
    events.push(put('step.done', { step, receipt: { id: release }, ms: 900 + (number % 700) }));
  }
  const refs = { web: { id: release }, api: { id: release } };
  if (number % 5_000 === 4_999)
    return [...events, put('attention.raised', { reason: 'web does not answer', remaining: [] })];
  if (number % 20 === 19) {
    const undone = STEPS.slice(3, 5).map((step) => put('undo.done', { step, ms: 40 }));
    events.push(...undone, put('deployment.rolled-back', { reason: 'error rate 9 %', live: refs }));
  } else {
    const record = { configHash: 'c'.repeat(64), rollbackClass: 'code-only', refs, snapshots: {} } as const;
    const made = { id: release, environment: 'production', source, deployment, ...record };
    events.push(put('deployment.committed', { release: made, live: refs }));
    events.push(put('watch.ended', { result: 'quiet', ms: 60_000 }));
  }
  const outcome = number % 20 === 19 ? 'rolled-back' : 'committed';
  return [...events, put('deployment.closed', { outcome, leftovers: [] })];
}

function actorOf(number: number): string {
  return number % 1_000 === 500 ? RARE_ACTOR : (ACTORS[number % ACTORS.length] ?? 'mia');
}

interface Writer {
  readonly heads: Map<string, ChainHead>;
  readonly rows: Map<string, ViewRow>;
}

const keyOf = (environment: string, view: ViewName, key: string) => `${environment}|${view}|${key}`;

/** Seals the events of one deployment, as a store would, and folds them into the rows. */
function sealDeployment(number: number, writer: Writer): readonly JournalEvent[] {
  // Production is deployed to most often.
  const environment = ENVIRONMENTS[[0, 0, 0, 1, 1, 2][number % 6] ?? 0] ?? 'production';
  const id = `d-${number.toString(36).padStart(8, '0')}`;
  let within = 0;
  const put: Put = (kind, data) => {
    within += 1;
    const at = new Date(FIRST + number * 50 * MINUTE + within * 1_000).toISOString();
    return { id: `${id}-${within}`, kind, deployment: id, actor: actorOf(number), at, data } as NewEvent;
  };
  const sealed = seal(
    environment,
    number + 1,
    writer.heads.get(environment) ?? EMPTY_CHAIN,
    deploymentEvents(number, put, id),
  );
  for (const event of sealed) {
    const read = (view: ViewName, key: string) => writer.rows.get(keyOf(environment, view, key))?.row;
    for (const row of VIEWS.project(event, read)) writer.rows.set(keyOf(environment, row.view, row.key), row);
  }
  const last = sealed.at(-1);
  if (last) writer.heads.set(environment, { n: last.n, hash: last.hash });
  return sealed;
}

function fill(driver: SqliteDriver): void {
  const writer: Writer = { heads: new Map(), rows: new Map() };
  const insert = `INSERT INTO journal (${JOURNAL_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
  let written = 0;
  for (let number = 0; written < EVENTS; number++) {
    for (const event of sealDeployment(number, writer)) driver.run(insert, ...fromEvent(event));
    written = [...writer.heads.values()].reduce((sum, head) => sum + head.n, 0);
  }
  for (const { view, environment, key, sort, row } of writer.rows.values())
    driver.run('INSERT INTO view_row VALUES (?, ?, ?, ?, ?)', view, environment, key, sort, JSON.stringify(row));
  for (const [environment, { n, hash }] of writer.heads)
    driver.run('INSERT INTO head VALUES (?, ?, ?)', environment, n, hash);
}

/** The indexes of the store, to be made again after the rows: one sort each instead of a million look-ups. */
function withoutIndexes(driver: SqliteDriver, work: () => void): void {
  const indexes = driver.all("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL");
  for (const { name } of indexes) driver.exec(`DROP INDEX ${String(name)}`);
  work();
  for (const { sql } of indexes) driver.exec(String(sql));
}

async function build(path: string): Promise<void> {
  // The store itself makes the file, so that settings and tables are its own.
  await (await openSqlite({ path, views: VIEWS })).close();
  const driver = openDriver(path);
  try {
    driver.all('PRAGMA synchronous = OFF');
    driver.all('PRAGMA journal_mode = OFF');
    driver.all('PRAGMA cache_size = -200000');
    driver.exec('BEGIN');
    withoutIndexes(driver, () => fill(driver));
    driver.exec('COMMIT');
  } finally {
    driver.close();
  }
}

/** Found again by the shape of the tables: another one is built anew. */
export async function millionEvents(): Promise<MillionEvents> {
  const { hashOf } = await import('../../src/core/journal.ts');
  const folder = join(tmpdir(), 'belay-bench-cache', `v1-${hashOf(SQLITE_SCHEMA).slice(0, 12)}`);
  const path = join(folder, 'journal.db');
  if (existsSync(path)) return { path, builtMs: null };
  const side = `${folder}.${process.pid}`;
  mkdirSync(side, { recursive: true });
  const began = performance.now();
  try {
    await build(join(side, 'journal.db'));
    renameSync(side, folder);
  } finally {
    rmSync(side, { recursive: true, force: true });
  }
  return { path, builtMs: performance.now() - began };
}
