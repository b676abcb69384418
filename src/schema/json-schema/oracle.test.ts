/** The comparison against brute force: random small schemas, and every small value tried on both. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareJsonSchemas } from './index.ts';
import type { Json } from './json.ts';

type Words = { readonly [keyword: string]: Json };

const LEAVES: readonly Json[] = [null, true, false, -2, -1, 0, 0.5, 1.5, 1, 2, 3, '', 'a', 'b', 'ab', 'abc'];
const SMALL: readonly Json[] = [null, true, 0, 1, 2, 'a', 'ab', {}, { a: 1 }];
const ARRAYS: readonly Json[] = [
  [],
  ...SMALL.flatMap((x) => [[x], ...SMALL.map((y) => [x, y])]),
  [1, 2, 'a'],
  [[]],
  [['a']],
  [['ab', 'ab']],
  [[[]]],
  [
    [1, 1],
    [1, 1],
  ],
];
const OBJECTS: readonly Json[] = [
  {},
  ...SMALL.flatMap((a): Json[] => [{ a }, { b: a }, { c: a }, ...SMALL.map((b) => ({ a, b }))]),
  { a: 1, b: 1, c: 1 },
];
const VALUES: readonly Json[] = [...LEAVES, ...ARRAYS, ...OBJECTS];

const isObject = (value: Json): value is Words => typeof value === 'object' && value !== null && !Array.isArray(value);
const same = (a: Json, b: Json): boolean => JSON.stringify(a) === JSON.stringify(b);

function isType(name: string, value: Json): boolean {
  if (name === 'integer') return Number.isInteger(value);
  if (name === 'array') return Array.isArray(value);
  if (name === 'object') return isObject(value);
  return name === 'null' ? value === null : typeof value === name;
}

/** Each keyword by the words of the specification, one by one: what it does not speak of passes. */
const KEYWORDS: Readonly<Record<string, (said: never, value: Json, schema: Words) => boolean>> = {
  type: (said: string | readonly string[], value) => [said].flat().some((name) => isType(name, value)),
  enum: (said: readonly Json[], value) => said.some((one) => same(one, value)),
  const: (said: Json, value) => same(said, value),
  minimum: (said: number, value) => typeof value !== 'number' || value >= said,
  maximum: (said: number, value) => typeof value !== 'number' || value <= said,
  exclusiveMinimum: (said: number, value) => typeof value !== 'number' || value > said,
  exclusiveMaximum: (said: number, value) => typeof value !== 'number' || value < said,
  multipleOf: (said: number, value) => typeof value !== 'number' || Number.isInteger(value / said),
  minLength: (said: number, value) => typeof value !== 'string' || value.length >= said,
  maxLength: (said: number, value) => typeof value !== 'string' || value.length <= said,
  minItems: (said: number, value) => !Array.isArray(value) || value.length >= said,
  maxItems: (said: number, value) => !Array.isArray(value) || value.length <= said,
  items: (said: Json, value) => !Array.isArray(value) || value.every((one: Json) => isValid(said, one)),
  minProperties: (said: number, value) => !isObject(value) || Object.keys(value).length >= said,
  maxProperties: (said: number, value) => !isObject(value) || Object.keys(value).length <= said,
  required: (said: readonly string[], value) => !isObject(value) || said.every((name) => name in value),
  properties: (said: Words, value) =>
    !isObject(value) ||
    Object.entries(said).every(([name, one]) => !(name in value) || isValid(one, value[name] ?? null)),
  additionalProperties: (said: Json, value, { properties = {} }) =>
    !isObject(value) ||
    Object.entries(value).every(([name, one]) => (isObject(properties) && name in properties) || isValid(said, one)),
  allOf: (said: readonly Json[], value) => said.every((one) => isValid(one, value)),
  anyOf: (said: readonly Json[], value) => said.some((one) => isValid(one, value)),
  oneOf: (said: readonly Json[], value) => said.filter((one) => isValid(one, value)).length === 1,
};

function isValid(schema: Json, value: Json): boolean {
  if (!isObject(schema)) return schema === true;
  return Object.entries(schema).every(([word, said]) => KEYWORDS[word]?.(said as never, value, schema) ?? true);
}

const bound = fc.constantFrom(0, 1, 2);
/** Bounds that cross leave no value at all, of which the comparison makes nothing. */
const [few, some] = [fc.constantFrom(0, 1), fc.constantFrom(1, 2)];
const leaf = fc.oneof(
  fc.constantFrom<Words>(
    {},
    { type: 'string' },
    { type: 'integer' },
    { type: 'number' },
    { type: 'boolean' },
    { type: 'null' },
  ),
  fc.constantFrom<Words>({ type: ['string', 'null'] }, { type: ['integer', 'string'] }, { const: 1 }, { const: 'a' }),
  fc
    .uniqueArray(fc.constantFrom(null, true, false, 0, 1, 'a', 'ab'), { minLength: 1, maxLength: 3 })
    .map((list) => ({ enum: list })),
  fc
    .tuple(fc.constantFrom('minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'), bound)
    .map(([word, at]) => ({ type: 'number', [word]: at })),
  fc.tuple(fc.constantFrom('minLength', 'maxLength'), bound).map(([word, at]) => ({ type: 'string', [word]: at })),
  fc.constantFrom<Words>({ type: 'integer', multipleOf: 2 }, { minimum: 1 }, { maxLength: 1 }),
);

const { schema } = fc.letrec<{ schema: Words }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.record(
      { type: fc.constant('array'), items: tie('schema'), minItems: few, maxItems: some },
      { requiredKeys: ['type'] },
    ),
    fc.record(
      {
        type: fc.constant('object'),
        properties: fc.dictionary(fc.constantFrom('a', 'b'), tie('schema'), { maxKeys: 2, noNullPrototype: true }),
        required: fc.subarray(['a', 'b']),
        // Left open, a name that is not written down counts as not sent: that is a choice, and not for this test.
        additionalProperties: fc.oneof(
          fc.constant(false),
          fc.constantFrom({ type: 'string' }, { type: 'integer' }, { const: 1 }),
        ),
        minProperties: few,
        maxProperties: some,
      },
      { requiredKeys: ['type', 'properties', 'additionalProperties'] },
    ),
    fc
      .tuple(fc.constantFrom('anyOf', 'allOf', 'oneOf'), fc.array(tie('schema'), { minLength: 1, maxLength: 2 }))
      .map(([word, list]) => ({ [word]: list })),
  ) as fc.Arbitrary<Words>,
}));

/** Related pairs are more telling than strangers. */
const pair = fc.oneof(
  fc.tuple(schema, schema),
  fc.tuple(schema, schema).map(([a, b]): [Words, Words] => [a, { anyOf: [a, b] }]),
  fc
    .tuple(schema, fc.constantFrom('minimum', 'maxLength', 'minProperties', 'maxItems'), bound)
    .map(([a, word, at]): [Words, Words] => [a, { ...a, [word]: at }]),
);

test('what is said to be accepted is accepted, whatever small value is tried', () => {
  const tally = { yes: 0, no: 0, unknown: 0, witnessed: 0 };
  fc.assert(
    fc.property(pair, ([before, after]) => {
      const { newAcceptsOld, oldAcceptsNew } = compareJsonSchemas(before, after);
      for (const [said, inner, outer] of [
        [newAcceptsOld, before, after],
        [oldAcceptsNew, after, before],
      ] as const) {
        const witness = VALUES.find((value) => isValid(inner, value) && !isValid(outer, value));
        tally[said] += 1;
        if (said === 'yes') expect(witness).toBeUndefined();
        if (said === 'no' && witness !== undefined) tally.witnessed += 1;
      }
    }),
    { numRuns: 1_000, seed: 20_261_121 },
  );
  // A "no" too many is allowed, but a comparison that always says no would pass the line above.
  expect(tally.yes).toBeGreaterThan(400);
  expect(tally.witnessed / tally.no).toBeGreaterThan(0.8);
});
