/** Indexes by table and name: what a push builds, what old code loses, what a rollback has to build again. */
import type { Finding, Rule } from './finding.ts';
import type { Index, Table } from './schema.ts';

export type IndexChange = 'added' | 'staged' | 'enabled' | 'disabled' | 'changed' | 'removed';

export interface IndexDiff {
  readonly table: string;
  readonly index: string;
  readonly kind: Index['kind'];
  readonly change: IndexChange;
  /** The push waits until the index is built. */
  readonly blocksPush: boolean;
  /** Functions of the old release that query it throw once the new one is live. */
  readonly oldCode: 'works' | 'breaks';
  /** A rollback waits until the index is built again. */
  readonly rollbackRebuilds: boolean;
}

/** What an index is, apart from its name and from being staged. */
const specOf = ({ kind, fields, filterFields, dimensions }: Index): string =>
  JSON.stringify([kind, fields, filterFields, dimensions]);

const FACTS: Readonly<Record<IndexChange, Pick<IndexDiff, 'blocksPush' | 'oldCode' | 'rollbackRebuilds'>>> = {
  added: { blocksPush: true, oldCode: 'works', rollbackRebuilds: false },
  staged: { blocksPush: false, oldCode: 'works', rollbackRebuilds: false },
  // At once when the build in the background is complete, else the push waits for the rest.
  enabled: { blocksPush: true, oldCode: 'works', rollbackRebuilds: false },
  disabled: { blocksPush: false, oldCode: 'breaks', rollbackRebuilds: false },
  changed: { blocksPush: true, oldCode: 'breaks', rollbackRebuilds: true },
  removed: { blocksPush: false, oldCode: 'breaks', rollbackRebuilds: true },
};

function changeOf(old: Index | undefined, next: Index | undefined): IndexChange | undefined {
  if (!old) return next?.staged ? 'staged' : 'added';
  if (!next) return 'removed';
  if (specOf(old) !== specOf(next)) return 'changed';
  if (old.staged === next.staged) return undefined;
  return next.staged ? 'disabled' : 'enabled';
}

/** The indexes of one table that differ, in the order of their names; a table that is absent has none. */
export function diffIndexes(old: Table | undefined, next: Table | undefined): readonly IndexDiff[] {
  const before = new Map(old?.indexes.map((index) => [index.name, index]));
  const after = new Map(next?.indexes.map((index) => [index.name, index]));
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((name): readonly IndexDiff[] => {
    const [was, is] = [before.get(name), after.get(name)];
    const index = is ?? was;
    const change = changeOf(was, is);
    if (!index || !change) return [];
    const facts = { table: index.table, index: name, kind: index.kind, change, ...FACTS[change] };
    // Nobody could query what was staged, and an empty new table is indexed at once.
    if (was?.staged && (change === 'changed' || change === 'removed')) {
      return [{ ...facts, blocksPush: change === 'changed' && !is?.staged, oldCode: 'works' }];
    }
    if (change === 'changed' && is?.staged) return [{ ...facts, blocksPush: false }];
    return [old ? facts : { ...facts, blocksPush: false }];
  });
}

const LARGE =
  'on a table of 100,000 documents or more the push asks: pass --skip-large-indexes-check without a terminal';

const TEXTS: Readonly<Record<IndexChange, (index: string) => readonly [Rule, string, string]>> = {
  added: (index) => [
    'index-added',
    `${index} is new: the push waits until it is built`,
    `on a large table stage it first (staged: true), enable it in the next release; ${LARGE}`,
  ],
  staged: (index) => [
    'index-staged',
    `${index} is built in the background; no function can query it yet`,
    'remove staged: true in a later release, once it is built',
  ],
  enabled: (index) => [
    'index-enabled',
    `${index} can be queried from now on: at once if its build is complete, else the push waits`,
    'look at its progress on the dashboard before the push',
  ],
  disabled: (index) => [
    'index-disabled',
    `${index} is staged again: functions of the old release that query it throw`,
    'first release code without the index, then stage it',
  ],
  changed: (index) => [
    'index-changed',
    `${index} has other fields: it is built beside and swapped; functions of the old release may throw on it, and a rollback builds the old one again`,
    `add the new one under another name, release code that uses it, then remove this one; ${LARGE}`,
  ],
  removed: (index) => [
    'index-removed',
    `${index} is dropped: functions of the old release that query it throw, and a rollback waits until it is built again`,
    `first release code without it, remove it in the release after; ${LARGE}`,
  ],
};

export function indexFinding({ table, index, change }: IndexDiff): Finding {
  const [rule, why, recipe] = TEXTS[change](`the index ${table}.${index}`);
  return { table, path: index, rule, why, sample: null, recipe };
}
