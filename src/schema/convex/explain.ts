/** The sentence that says why a relation does not hold. */
import type { Relation } from './comparer.ts';
import { describeType } from './describe.ts';
import { type Gap, showPath } from './gap.ts';

/** What the compared values are called. */
export interface Subject {
  /** Such as `every document of users`. */
  readonly every: string;
  /** Such as `documents of users`. */
  readonly some: string;
  /** The table, where it is one: what queries and recipes name. */
  readonly table?: string;
}

export const VALUES: Subject = { every: 'every value', some: 'values' };

export const documentsOf = (table: string): Subject => ({
  every: `every document of ${table}`,
  some: `documents of ${table}`,
  table,
});

const WHO: Readonly<Record<Relation, string>> = {
  newSchemaAcceptsOldData: 'the new schema',
  oldSchemaAcceptsNewData: 'the old schema',
  oldCodeReadsNewData: 'old code',
  newCodeReadsOldData: 'new code',
};

export const reads = (relation: Relation): boolean =>
  relation.endsWith('CodeReadsNewData') || relation.endsWith('CodeReadsOldData');

const beyondOf = (gap: Gap): string =>
  gap.kind === 'type'
    ? gap.beyond.length === 0
      ? describeType(gap.from)
      : gap.beyond.slice(0, 6).map(describeType).join(' | ')
    : '';

export function explainGap(relation: Relation, gap: Gap, subject: Subject): string {
  return reads(relation) ? explainRead(WHO[relation], gap, subject) : explainAccept(WHO[relation], gap, subject);
}

function explainAccept(who: string, gap: Gap, { every, some }: Subject): string {
  const all = gap.share === 'every';
  const path = showPath(gap.path);
  const place = path === '' ? 'the whole' : path;
  if (gap.kind === 'absent') return `${all ? `${every} lacks` : `${some} may lack`} ${place}, which ${who} requires`;
  if (gap.kind === 'extra')
    return `${all ? `${every} holds` : `${some} may hold`} ${place}, which ${who} does not list`;
  const verb = all
    ? `${place} is ${describeType(gap.from)} in ${every}`
    : `${place} may be ${beyondOf(gap)} in ${some}`;
  return `${verb}; ${who} accepts only ${describeType(gap.to)}`;
}

function explainRead(who: string, gap: Gap, { every, some }: Subject): string {
  const all = gap.share === 'every';
  const path = showPath(gap.path);
  const place = path === '' ? 'the whole' : path;
  if (gap.kind === 'absent') return `${who} expects ${place}, which ${all ? `${every} lacks` : `${some} may lack`}`;
  if (gap.kind === 'extra') return `${who} does not expect ${place} in ${all ? every : some}`;
  return `${who} expects ${place} to be ${describeType(gap.to)} and ${all ? `meets ${describeType(gap.from)} in ${every}` : `may meet ${beyondOf(gap)} in ${some}`}`;
}
