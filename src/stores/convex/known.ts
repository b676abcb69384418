/**
 * What a handle knows of an environment after its last append, so that the next one costs one call instead of two.
 * Only ever a guess: the component compares the head, and says when it is behind.
 */
import type { ChainHead } from '../../core/journal.ts';
import type { Chain } from '../../convex/component/chains.ts';
import { rowId } from '../fold.ts';
import type { Lateness } from '../lateness.ts';
import type { ViewName, ViewRow } from '../store.ts';

export interface Known {
  readonly head: ChainHead;
  /** Time of the newest event; null where there is none. */
  readonly lastAt: string | null;
  readonly lateness: Lateness | null;
  /** Version of the folds that wrote the rows; 0: they are behind the journal. */
  readonly version: number;
  /** Rows by `rowId`; undefined for one that is known not to be there. */
  readonly rows: ReadonlyMap<string, unknown>;
}

/** Rows remembered from one append to the next. */
const MOST_ROWS = 64;

export function knownOf(
  chain: Chain,
  version: number,
  needed: readonly (readonly [ViewName, string])[],
  texts: readonly (string | null)[],
): Known {
  const { n, hash, lastAt, high, backS } = chain;
  const rows = needed.map(([view, key], at): [string, unknown] => {
    const text = texts[at] ?? null;
    return [rowId(view, key), text === null ? undefined : (JSON.parse(text) as unknown)];
  });
  return {
    head: { n, hash },
    lastAt: n === 0 ? null : lastAt,
    lateness: high === null ? null : { high, backS },
    version,
    rows: new Map(rows),
  };
}

/** Whether everything that the events may read is known. */
export function covers(known: Known | undefined, needed: readonly (readonly [ViewName, string])[]): known is Known {
  return known !== undefined && needed.every(([view, key]) => known.rows.has(rowId(view, key)));
}

/** After an append of our own. @param rows written by it; empty where the views were left alone */
export function knownAfter(
  before: Known,
  written: {
    readonly head: ChainHead;
    readonly lastAt: string;
    readonly late: Lateness | null;
    readonly rows: readonly ViewRow[];
    readonly version: number;
  },
  environment: string,
): Known {
  const rows = new Map(before.rows);
  for (const row of written.rows) {
    if (row.environment === environment) rows.set(rowId(row.view, row.key), row.row);
  }
  const newest = rows.size > MOST_ROWS ? new Map([...rows].slice(-MOST_ROWS)) : rows;
  return {
    head: written.head,
    lastAt: written.lastAt,
    lateness: written.late ?? before.lateness,
    version: written.version,
    rows: newest,
  };
}
