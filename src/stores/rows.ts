/** Between database rows and the objects of the contract; the same columns in both engines. */
import { Problem } from '../core/errors.ts';
import type { JournalEvent } from '../core/events.ts';
import { canonical, type ChainHead, EMPTY_CHAIN } from '../core/journal.ts';
import type { Lateness } from './lateness.ts';
import type { Holder, HolderRequest, LeaseRecord, StoredDocument, ViewName, ViewRow } from './store.ts';

/** Postgres returns 64-bit integers as text, SQLite as numbers. */
type Cell = null | number | string | boolean | Uint8Array;
export type Row = Readonly<Record<string, Cell>>;

export const JOURNAL_COLUMNS = 'environment, n, id, deployment, kind, actor, at, token, data, prev_hash, hash';

const text = (row: Row, column: string): string => String(row[column]);
const number = (row: Row, column: string): number => Number(row[column]);

/** @throws Problem STORE_CORRUPT */
function dataOf(row: Row): unknown {
  try {
    return JSON.parse(text(row, 'data'));
  } catch (error) {
    const environment = text(row, 'environment');
    throw new Problem('STORE_CORRUPT', `Event ${text(row, 'n')} of ${environment} cannot be read`, {
      why: 'its data is not what was written: the store was changed by hand, or its disk is failing',
      next: `belay audit verify --env ${environment}`,
      cause: error,
    });
  }
}

/** @throws Problem STORE_CORRUPT */
export function toEvent(row: Row): JournalEvent {
  return {
    environment: text(row, 'environment'),
    n: number(row, 'n'),
    id: text(row, 'id'),
    deployment: row['deployment'] === null ? null : text(row, 'deployment'),
    kind: text(row, 'kind'),
    actor: text(row, 'actor'),
    at: text(row, 'at'),
    token: number(row, 'token'),
    data: dataOf(row),
    prevHash: text(row, 'prev_hash'),
    hash: text(row, 'hash'),
    // Kind and data were written together from one NewEvent; the chain proves that they still are.
  } as JournalEvent;
}

/** Values in the order of {@link JOURNAL_COLUMNS}. */
export function fromEvent(event: JournalEvent): (null | number | string)[] {
  return [
    event.environment,
    event.n,
    event.id,
    event.deployment,
    event.kind,
    event.actor,
    event.at,
    event.token,
    canonical(event.data),
    event.prevHash,
    event.hash,
  ];
}

export function toHead(row: Row | undefined): ChainHead {
  return row === undefined ? EMPTY_CHAIN : { n: number(row, 'n'), hash: text(row, 'hash') };
}

/** Null where no event of the environment was ever late. */
export function toLateness(row: Row | undefined): Lateness | null {
  const high = row?.['high'] ?? null;
  return row === undefined || high === null ? null : { high: String(high), backS: number(row, 'back_s') };
}

/** `expired` is null where the row does not carry the store's judgement. */
export function toLease(row: Row): LeaseRecord {
  return {
    environment: text(row, 'environment'),
    token: number(row, 'token'),
    nonce: text(row, 'nonce'),
    holder: row['holder'] === null ? null : (JSON.parse(text(row, 'holder')) as Holder),
    renewSeq: number(row, 'renew_seq'),
    acquiredAt: text(row, 'acquired_at'),
    renewedAt: text(row, 'renewed_at'),
    ttlMs: number(row, 'ttl_ms'),
    expired: typeof row['expired'] === 'boolean' ? row['expired'] : null,
  };
}

export function toFormer(row: Row): LeaseRecord | null {
  return row['former'] === null ? null : (JSON.parse(text(row, 'former')) as LeaseRecord);
}

export function toViewRow(row: Row): ViewRow {
  return {
    view: text(row, 'view') as ViewName,
    environment: text(row, 'environment'),
    key: text(row, 'key'),
    sort: text(row, 'sort'),
    row: JSON.parse(text(row, 'row')) as unknown,
  };
}

export function toRequest(row: Row): HolderRequest {
  return {
    id: text(row, 'id'),
    environment: text(row, 'environment'),
    deployment: text(row, 'deployment'),
    kind: text(row, 'kind') as HolderRequest['kind'],
    by: text(row, 'asked_by'),
    reason: text(row, 'reason'),
  };
}

export function toDocument(row: Row): StoredDocument {
  return {
    name: String(row['name']),
    value: JSON.parse(String(row['value'])) as StoredDocument['value'],
    version: Number(row['version']),
  };
}
