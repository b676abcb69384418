import { expect, test } from 'vitest';
import { compareEnvironments } from './compare-environments.ts';
import { type EnvironmentFacts, type Seen, valueHasher } from './environment-facts.ts';

const known = <T>(value: T): Seen<T> => ({ known: true, value });
const unknown = (why: string) => ({ known: false, why }) as const;
const schema = (type: string) => ({
  tables: [
    {
      tableName: 'users',
      indexes: [],
      documentType: { type: 'object', value: { name: { fieldType: { type }, optional: false } } },
    },
  ],
});

function facts(name: string, changes: Partial<EnvironmentFacts> = {}): EnvironmentFacts {
  const live = { release: `r-${name}`, at: '2026-01-01T00:00:00.000Z', source: { commit: 'a'.repeat(40) } };
  return { name, live, backends: {}, sites: {}, ...changes };
}

const backend = (type: string, variables: Seen<Record<string, string | null>> = known({})) => ({
  db: { variables, modules: known({ 'shop.js': type }), schema: known(schema(type)) },
});

const told = async (a: EnvironmentFacts, b: EnvironmentFacts) =>
  (await compareEnvironments(a, b)).map(({ area, item, result }) => `${area} ${item}: ${result}`);

test('a release by another name is the same when its commit is', async () => {
  expect(await told(facts('a'), facts('b'))).toEqual(['release commit: same']);
  expect(await told(facts('a'), facts('b', { live: null }))).toEqual(['release live release: only in A']);
});

test('schema, functions and targets are told one by one', async () => {
  const a = facts('a', { backends: backend('string') });
  expect(await told(a, facts('b', { backends: backend('number') }))).toEqual([
    'release commit: same',
    'schema users: differs',
    'functions shop.js: differs',
  ]);
  expect(await told(a, facts('b'))).toContain('targets db: only in A');
});

test('what is not known is never the same', async () => {
  const a = facts('a', { backends: backend('string', known({ SEALED: null, KEY: '1' })) });
  const b = facts('b', { backends: backend('string', known({ SEALED: null, KEY: '1' })) });
  expect(await told(a, b)).toEqual(expect.arrayContaining(['variables SEALED: cannot tell', 'variables KEY: same']));
  const away = facts('b', { backends: backend('string', unknown('no key')) });
  expect(await told(a, away)).toContain('variables variables: cannot tell');
});

test('a hash is equal within one run, and means nothing in another', () => {
  const [one, other] = [valueHasher(), valueHasher()];
  expect(one('secret')).toBe(one('secret'));
  expect(one('secret')).not.toBe(one('Secret'));
  expect(one('secret')).not.toBe(other('secret'));
});
