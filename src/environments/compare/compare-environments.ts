/** Two environments, fact by fact: what differs, what only one has, what nobody can tell. */
import { diffConvex } from '../../schema/convex/index.ts';
import { short } from '../../core/release.ts';
import type { BackendFacts, EnvironmentFacts, HashedValues, Seen, SiteFacts } from './environment-facts.ts';

export type Area = 'release' | 'variables' | 'schema' | 'functions' | 'regions' | 'targets';
export type Result = 'same' | 'differs' | 'only in A' | 'only in B' | 'cannot tell';

export interface Difference {
  readonly area: Area;
  /** Absent for what belongs to the environment as a whole. */
  readonly target?: string;
  /** A variable, a table, a module. */
  readonly item: string;
  readonly result: Result;
  /** What each has, for people; never a value of a variable. */
  readonly a: string | null;
  readonly b: string | null;
  readonly why?: string;
}

type Place = Pick<Difference, 'area' | 'target'>;

export async function compareEnvironments(a: EnvironmentFacts, b: EnvironmentFacts): Promise<readonly Difference[]> {
  return [
    ...releases(a, b),
    ...byTarget(a.backends, b.backends, compareBackends),
    ...byTarget(a.sites, b.sites, compareSites),
  ];
}

function releases({ live: a }: EnvironmentFacts, { live: b }: EnvironmentFacts): readonly Difference[] {
  const place: Place = { area: 'release' };
  if (!a || !b) return a || b ? [alone(place, 'live release', a?.release ?? null, b?.release ?? null)] : [];
  const same = a.source.commit === b.source.commit;
  const told = ({ release, source }: typeof a) => `${release} (${short(source.commit)})`;
  return [{ ...place, item: 'commit', result: same ? 'same' : 'differs', a: told(a), b: told(b) }];
}

type Facts = Readonly<Record<string, unknown>>;

function byTarget<T>(
  a: Readonly<Record<string, T>>,
  b: Readonly<Record<string, T>>,
  compare: (target: string, a: T, b: T) => readonly Difference[],
): readonly Difference[] {
  return namesOf(a, b).flatMap((name) => {
    const [one, other] = [a[name], b[name]];
    if (one !== undefined && other !== undefined) return compare(name, one, other);
    return [alone({ area: 'targets' }, name, one ? name : null, other ? name : null)];
  });
}

const namesOf = (a: Facts, b: Facts) => [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();

function compareBackends(target: string, a: BackendFacts, b: BackendFacts): readonly Difference[] {
  return [
    ...compareVariables(target, a.variables, b.variables),
    ...whenKnown({ area: 'schema', target }, 'schema', a.schema, b.schema, (one, other) =>
      compareSchemas(target, one, other),
    ),
    ...whenKnown({ area: 'functions', target }, 'modules', a.modules, b.modules, (one, other) =>
      compareRecords({ area: 'functions', target }, one, other),
    ),
  ];
}

function compareSites(target: string, a: SiteFacts, b: SiteFacts): readonly Difference[] {
  const place: Place = { area: 'regions', target };
  return [
    ...compareVariables(target, a.variables, b.variables),
    ...whenKnown(place, 'regions', a.regions, b.regions, (one, other) => {
      const [left, right] = [one, other].map((regions) => [...regions].sort().join(', '));
      const result = left === right ? 'same' : 'differs';
      return [{ ...place, item: 'regions', result, a: left ?? '', b: right ?? '' } as const];
    }),
  ];
}

function compareVariables(target: string, a: Seen<HashedValues>, b: Seen<HashedValues>): readonly Difference[] {
  const place: Place = { area: 'variables', target };
  return whenKnown(place, 'variables', a, b, (one, other) => compareRecords(place, one, other));
}

function whenKnown<T>(
  place: Place,
  item: string,
  a: Seen<T>,
  b: Seen<T>,
  compare: (a: T, b: T) => readonly Difference[],
): readonly Difference[] {
  if (a.known && b.known) return compare(a.value, b.value);
  const why = [a, b].flatMap((one) => (one.known ? [] : [one.why])).join('; ');
  return [{ ...place, item, result: 'cannot tell', a: null, b: null, why }];
}

type Hashes = Readonly<Record<string, string | null>>;

function compareRecords(place: Place, a: Hashes, b: Hashes): readonly Difference[] {
  return namesOf(a, b).map((item) => {
    const [inA, inB] = [Object.hasOwn(a, item), Object.hasOwn(b, item)];
    if (!inA || !inB) return alone(place, item, inA ? 'is there' : null, inB ? 'is there' : null);
    const [one, other] = [a[item] ?? null, b[item] ?? null];
    if (one === null || other === null)
      return { ...place, item, result: 'cannot tell', a: one, b: other, why: 'its value is shown to nobody' };
    return { ...place, item, result: one === other ? 'same' : 'differs', a: one, b: other };
  });
}

function alone(place: Place, item: string, a: string | null, b: string | null): Difference {
  return { ...place, item, result: a === null ? 'only in B' : 'only in A', a, b };
}

/** From the one to the other, table by table, by what it would do to documents. */
function compareSchemas(target: string, a: unknown, b: unknown): readonly Difference[] {
  const place: Place = { area: 'schema', target };
  const { tables } = diffConvex(a, b);
  const [before, after] = [tableNames(a), tableNames(b)];
  return namesOf(before, after).map((item) => {
    const [inA, inB] = [item in before, item in after];
    if (!inA || !inB) return alone(place, item, inA ? 'is there' : null, inB ? 'is there' : null);
    if (JSON.stringify(before[item]) === JSON.stringify(after[item]))
      return { ...place, item, result: 'same', a: null, b: null };
    const why = tables[item]?.findings[0]?.why;
    return { ...place, item, result: 'differs', a: null, b: null, ...(why === undefined ? {} : { why }) };
  });
}

function tableNames(schema: unknown): Readonly<Record<string, unknown>> {
  const { tables = [] } = (schema ?? {}) as { tables?: readonly { tableName: string }[] };
  return Object.fromEntries(tables.map((table) => [table.tableName, table]));
}
