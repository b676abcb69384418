/** Every kind of change, in the vendor's own words (`convex/values`), with the verdict that people act on. */
import { defineSchema, defineTable } from 'convex/server';
import { type GenericValidator, v } from 'convex/values';
import { expect, test } from 'vitest';
import { diffConvex, type Push, type Rollback } from './index.ts';

const schema = (documentType: GenericValidator): unknown =>
  // The client takes any validator; the backend is what refuses scalars.
  JSON.parse((defineSchema({ t: defineTable(documentType as never) }) as unknown as { export(): string }).export());

const o = (fields: Record<string, GenericValidator>) => v.object(fields as never) as GenericValidator;
const [a, b, c] = [v.literal('a'), v.literal('b'), v.literal('c')];
const str = v.string();
const num = v.number();

type Row = readonly [change: string, old: GenericValidator, next: GenericValidator, PRSN: string, Push, Rollback];
const field = (
  change: string,
  old: GenericValidator,
  next: GenericValidator,
  ...verdict: [string, Push, Rollback]
): Row => [change, o({ k: str, f: old }), o({ k: str, f: next }), ...verdict];

/** P: new schema accepts old data. R: old code reads new data. S: old schema accepts new data. N: new code reads old data. */
const ROWS: readonly Row[] = [
  ['nothing', o({ k: str }), o({ k: str }), 'PRSN', 'always', 'always'],
  ['add a required field', o({ k: str }), o({ k: str, f: num }), '-R--', 'never', 'never'],
  ['add an optional field', o({ k: str }), o({ k: str, f: v.optional(num) }), 'PR-N', 'always', 'code-only'],
  [
    'add an optional field, nested',
    o({ k: o({}) }),
    o({ k: o({ f: v.optional(num) }) }),
    'PR-N',
    'always',
    'code-only',
  ],
  [
    'add an optional field, in elements',
    o({ k: v.array(o({}) as never) }),
    o({ k: v.array(o({ f: v.optional(num) }) as never) }),
    'PR-N',
    'always',
    'code-only',
  ],
  ['remove a required field', o({ k: str, f: num }), o({ k: str }), '---N', 'never', 'never'],
  ['remove an optional field', o({ k: str, f: v.optional(num) }), o({ k: str }), '-RSN', 'if-no-violation', 'always'],
  field('optional to required', v.optional(num), num, '-RS-', 'if-no-violation', 'always'),
  field('required to optional', num, v.optional(num), 'P--N', 'always', 'if-no-new-values'),
  field('required to nullable', num, v.union(num, v.null()), 'P--N', 'always', 'if-no-new-values'),
  field(
    'optional to required nullable',
    v.optional(num),
    v.union(num, v.null()),
    '----',
    'if-no-violation',
    'if-no-new-values',
  ),
  field(
    'required nullable to optional',
    v.union(num, v.null()),
    v.optional(num),
    '----',
    'if-no-violation',
    'if-no-new-values',
  ),
  field('widen a union', v.union(str, num), v.union(str, num, v.null()), 'P--N', 'always', 'if-no-new-values'),
  field('add a literal', v.union(a, b), v.union(a, b, c), 'P--N', 'always', 'if-no-new-values'),
  field('literals to string', v.union(a, b), str, 'P--N', 'always', 'if-no-new-values'),
  field('id to string', v.id('x'), str, 'P--N', 'always', 'if-no-new-values'),
  field('id to two ids', v.id('x'), v.union(v.id('x'), v.id('y')), 'P--N', 'always', 'if-no-new-values'),
  field('narrow a union', v.union(str, num), str, '-RS-', 'if-no-violation', 'always'),
  field('drop a literal', v.union(a, b), a, '-RS-', 'if-no-violation', 'always'),
  field('string to literals', str, v.union(a, b), '-RS-', 'if-no-violation', 'always'),
  field('string to id', str, v.id('x'), '-RS-', 'if-no-violation', 'always'),
  field('drop an id target', v.union(v.id('x'), v.id('y')), v.id('x'), '-RS-', 'if-no-violation', 'always'),
  field('another id', v.id('x'), v.id('y'), '----', 'never', 'never'),
  field('string to number', str, num, '----', 'never', 'never'),
  field('number to int64', num, v.int64(), '----', 'never', 'never'),
  field('scalar to list', str, v.array(str), '----', 'never', 'never'),
  field(
    'optional string to optional number',
    v.optional(str),
    v.optional(num),
    '----',
    'if-no-violation',
    'if-no-new-values',
  ),
  field('number and float64', num, v.float64(), 'PRSN', 'always', 'always'),
  field('int64 and commitTs', v.int64(), v.commitTs(), 'PRSN', 'always', 'always'),
  field(
    'boolean and true | false',
    v.boolean(),
    v.union(v.literal(true), v.literal(false)),
    'PRSN',
    'always',
    'always',
  ),
  field(
    'order, repetition and nesting of a union',
    v.union(a, b, c),
    v.union(v.union(c, b), a, a),
    'PRSN',
    'always',
    'always',
  ),
  field('object to any', o({ x: num }), v.any(), 'P--N', 'always', 'if-no-new-values'),
  ['a document to any', o({ x: num }), v.any(), 'P--N', 'always', 'if-no-new-values'],
  field('any to string', v.any(), str, '-RS-', 'if-no-violation', 'always'),
  field('elements widened', v.array(a), v.array(v.union(a, b)), 'P--N', 'always', 'if-no-new-values'),
  field('elements narrowed', v.array(v.union(a, b)), v.array(a), '-RS-', 'if-no-violation', 'always'),
  field(
    'elements exchanged (empty lists pass)',
    v.array(str),
    v.array(num),
    '----',
    'if-no-violation',
    'if-no-new-values',
  ),
  field(
    'two lists to one of both',
    v.union(v.array(str), v.array(num)),
    v.array(v.union(str, num)),
    'P--N',
    'always',
    'if-no-new-values',
  ),
  field(
    'object to record',
    o({ x: num, y: v.optional(str) }),
    v.record(v.string(), v.union(num, str)),
    'P--N',
    'always',
    'if-no-new-values',
  ),
  field(
    'record values widened',
    v.record(v.string(), num),
    v.record(v.string(), v.union(num, str)),
    'P--N',
    'always',
    'if-no-new-values',
  ),
  field(
    'record keys widened',
    v.record(v.id('x'), num),
    v.record(v.string(), num),
    'P--N',
    'always',
    'if-no-new-values',
  ),
  ['rename a required field', o({ k: str }), o({ l: str }), '----', 'never', 'never'],
  [
    'rename an optional field',
    o({ k: v.optional(str) }),
    o({ l: v.optional(str) }),
    '-R-N',
    'if-no-violation',
    'if-no-new-values',
  ],
  [
    'add a shape',
    v.union(o({ k: a, x: num }), o({ k: b })),
    v.union(o({ k: a, x: num }), o({ k: b }), o({ k: c })),
    'P--N',
    'always',
    'if-no-new-values',
  ],
  ['remove a shape', v.union(o({ k: a, x: num }), o({ k: b })), o({ k: b }), '-RS-', 'if-no-violation', 'always'],
  [
    'split into equivalent shapes',
    o({ k: v.union(a, b), x: v.optional(num) }),
    v.union(o({ k: a }), o({ k: a, x: num }), o({ k: b, x: v.optional(num) })),
    'PRSN',
    'always',
    'always',
  ],
  field('change 0 to -0', v.literal(0), v.literal(-0), '----', 'never', 'never'),
  field('keep NaN', v.literal(NaN), v.literal(NaN), 'PRSN', 'always', 'always'),
  ['remove an optional never', o({ k: str, f: v.optional(v.union()) }), o({ k: str }), 'PRSN', 'always', 'always'],
];

test.each(ROWS)('%s', (_, old, next, relations, push, rollback) => {
  const { t } = diffConvex(schema(old), schema(next)).tables;
  const letters = [
    t?.newSchemaAcceptsOldData ? 'P' : '-',
    t?.oldCodeReadsNewData ? 'R' : '-',
    t?.oldSchemaAcceptsNewData ? 'S' : '-',
    t?.newCodeReadsOldData ? 'N' : '-',
  ];
  expect({ relations: letters.join(''), push: t?.push, rollback: t?.rollback }).toEqual({ relations, push, rollback });
});
