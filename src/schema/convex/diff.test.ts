import { defineSchema, defineTable } from 'convex/server';
import { v } from 'convex/values';
import { expect, test } from 'vitest';
import { type ConvexDiff, diffConvex, SchemaFormatError } from './index.ts';

type Tables = Parameters<typeof defineSchema>[0];
const exported = (tables: Tables, schemaValidation = true): unknown =>
  JSON.parse((defineSchema(tables, { schemaValidation }) as unknown as { export(): string }).export());

const rules = (diff: ConvexDiff): readonly string[] =>
  diff.findings.map((finding) => [finding.table, finding.path, finding.rule].filter(Boolean).join(' '));
/** A table definition changes when an index is added to it: a new one each time. */
const users = () => defineTable({ name: v.string() });

test('a finding says where, why, shows a document and names the way out', () => {
  const role = (...members: string[]) => defineTable({ role: v.union(...members.map((member) => v.literal(member))) });
  const diff = diffConvex(exported({ users: role('admin', 'guest') }), exported({ users: role('admin', 'member') }));
  const finding = diff.findings.find(({ rule }) => rule === 'old-documents-refused');
  expect(finding).toMatchObject({ table: 'users', path: 'role', sample: { role: 'guest' } });
  expect(finding?.why).toBe(
    'role may be "guest" in documents of users; the new schema accepts only "admin" | "member" (an empty table passes)',
  );
  expect(finding?.recipe).toContain('three releases: 1. role: v.union(');
  expect(finding?.recipe).toContain(
    `npx convex run --inline-query '(await ctx.db.query("users").collect()).filter((d) => `,
  );
  expect(finding?.recipe).toContain('.staged({ role: v.union(v.literal("admin"), v.literal("member")) })');
});

test('a path leads into objects, lists and records', () => {
  const shape = (kind: Parameters<typeof v.object>[0][string]) =>
    exported({ t: defineTable({ a: v.object({ tags: v.array(v.record(v.string(), v.object({ kind }))) }) }) });
  const diff = diffConvex(shape(v.union(v.string(), v.int64())), shape(v.string()));
  expect(diff.findings[0]).toMatchObject({
    path: 'a.tags[]{}.kind',
    sample: { a: { tags: [{ key1: { kind: { $integer: 'BwAAAAAAAAA=' } } }] } },
  });
});

test('tables come, go, and look renamed', () => {
  const added = diffConvex(
    exported({ users: users() }),
    exported({ users: users(), notes: defineTable({ x: v.string() }) }),
  );
  expect(added).toMatchObject({ push: 'always', rollback: 'always', rollbackWith: 'old-schema' });
  const removed = diffConvex(exported({ users: users() }), exported({}));
  expect(removed.tables.users).toMatchObject({
    push: 'always',
    rollback: 'if-no-new-values',
    newSchemaAcceptsOldData: true,
  });
  const renamed = diffConvex(exported({ users: users() }), exported({ people: users() }));
  expect(rules(renamed)).toEqual(['users table-looks-renamed', 'people table-added', 'users table-removed']);
  expect(renamed.findings[0]?.why).toMatch(/^a guess: users looks renamed to people/);
});

test('a table that nothing validated before may hold anything when it is listed', () => {
  expect(diffConvex(null, exported({ users: users() })).push).toBe('if-no-violation');
});

test('validation switched on reads every document again; switched off, nothing is sure any more', () => {
  const on = diffConvex(exported({ users: users() }, false), exported({ users: users() }));
  expect(on).toMatchObject({ push: 'if-no-violation', rollback: 'always' });
  expect(rules(on)).toContain('validation-switched-on');
  const off = diffConvex(exported({ users: users() }), exported({ users: users() }, false));
  expect(off).toMatchObject({ push: 'always', rollback: 'if-no-new-values' });
  const never = diffConvex(exported({ users: users() }, false), exported({ users: users() }, false));
  expect(never).toMatchObject({ push: 'always', rollback: 'always', findings: [] });
});

test('an index that old functions query cannot go while code-only is the way back', () => {
  const more = { name: v.string(), age: v.optional(v.number()) };
  const old = exported({ users: users().index('by_name', ['name']) });
  const kept = diffConvex(old, exported({ users: defineTable(more).index('by_name', ['name']) }));
  expect(kept).toMatchObject({ rollback: 'code-only', rollbackWith: 'new-schema' });
  const gone = diffConvex(old, exported({ users: defineTable(more) }));
  expect(gone).toMatchObject({ rollback: 'if-no-new-values', rollbackWith: 'conditional' });
  expect(gone.indexes).toEqual([
    {
      table: 'users',
      index: 'by_name',
      kind: 'db',
      change: 'removed',
      blocksPush: false,
      oldCode: 'breaks',
      rollbackRebuilds: true,
    },
  ]);
});

test('indexes: added, staged, enabled, changed, and the order of filter fields', () => {
  const change = (old: Tables[string], next: Tables[string]) =>
    diffConvex(exported({ t: old }), exported({ t: next })).indexes.map(
      (index) => `${index.change}${index.blocksPush ? ' blocks' : ''} ${index.oldCode}`,
    );
  const table = () => defineTable({ a: v.string(), b: v.string(), e: v.array(v.float64()) });
  const staged = () => table().index('i', { fields: ['a'], staged: true });
  expect(change(table(), table().index('i', ['a']))).toEqual(['added blocks works']);
  expect(change(table(), staged())).toEqual(['staged works']);
  expect(change(staged(), table().index('i', ['a']))).toEqual(['enabled blocks works']);
  expect(change(table().index('i', ['a']), staged())).toEqual(['disabled breaks']);
  expect(change(table().index('i', ['a']), table().index('i', ['b']))).toEqual(['changed blocks breaks']);
  expect(change(staged(), table())).toEqual(['removed works']);
  const search = (...filterFields: ('a' | 'b')[]) => table().searchIndex('s', { searchField: 'a', filterFields });
  expect(change(search('a', 'b'), search('b', 'a'))).toEqual([]);
  const vector = (dimensions: number) => table().vectorIndex('v', { vectorField: 'e', dimensions });
  expect(change(vector(3), vector(4))).toEqual(['changed blocks breaks']);
});

const anyTable = { a: v.string(), r: v.record(v.string(), v.string()), deep: v.object({ x: v.any() }) };
const index = (name: string, fields: string[]) => ({ indexDescriptor: name, fields });
const REFUSED: readonly (readonly [string, object])[] = [
  ['a field that no document has', { indexes: [index('i', ['gone'])] }],
  ['a field within a record', { indexes: [index('i', ['r.x'])] }],
  ['a reserved name', { indexes: [index('by_id', ['a'])] }],
  ['a name that begins with _', { indexes: [index('_i', ['a'])] }],
  ['a name twice', { indexes: [index('i', ['a']), index('i', ['deep.x'])] }],
  ['the same fields twice, one staged', { indexes: [index('i', ['a'])], stagedDbIndexes: [index('j', ['a'])] }],
  ['_id', { indexes: [index('i', ['_id'])] }],
  ['a field twice', { indexes: [index('i', ['a', 'a'])] }],
  [
    '17 fields',
    {
      indexes: [
        index(
          'i',
          Array.from({ length: 17 }, (_, at) => `deep.x.${at}`),
        ),
      ],
    },
  ],
  ['65 indexes', { indexes: Array.from({ length: 65 }, (_, at) => index(`i${at}`, [`deep.x.${at}`])) }],
  [
    'vectors that are no list of numbers',
    { vectorIndexes: [{ indexDescriptor: 'i', vectorField: 'a', dimensions: 3, filterFields: [] }] },
  ],
  ['a document that is no object', { documentType: { type: 'string' } }],
  [
    'a document that may be no object',
    { documentType: { type: 'union', value: [{ type: 'object', value: {} }, { type: 'null' }] } },
  ],
  [
    'a record with literal keys',
    {
      documentType: {
        type: 'object',
        value: {
          f: {
            optional: false,
            fieldType: {
              type: 'record',
              keys: { type: 'literal', value: 'x' },
              values: { fieldType: { type: 'any' }, optional: false },
            },
          },
        },
      },
    },
  ],
  [
    'a field that begins with $',
    { documentType: { type: 'object', value: { $f: { optional: false, fieldType: { type: 'any' } } } } },
  ],
];

test.each(REFUSED)('Convex refuses %s, whatever the data', (_, part) => {
  const { documentType } = (exported({ t: defineTable(anyTable) }) as { tables: [{ documentType: unknown }] })
    .tables[0];
  const diff = diffConvex(null, { tables: [{ tableName: 't', documentType, ...part }], schemaValidation: true });
  expect(diff.push).toBe('never');
  expect(rules(diff).filter((rule) => rule.endsWith('schema-refused'))).toHaveLength(1);
});

test('indexes that Convex takes are not refused', () => {
  const good = defineTable(anyTable)
    .index('i', ['a', '_creationTime' as 'a'])
    .index('j', ['deep.x' as 'a', 'deep.x.y' as 'a']);
  expect(rules(diffConvex(exported({ t: good }), exported({ t: good })))).toEqual([]);
});

test('staged validators: begun, applied, discarded', () => {
  const next = v.object({ name: v.string(), age: v.number() });
  const staged = () => users().staged(next);
  expect(rules(diffConvex(exported({ users: users() }), exported({ users: staged() })))).toEqual([
    'users validation-staged',
  ]);
  expect(rules(diffConvex(exported({ users: staged() }), exported({ users: defineTable(next) })))).toContain(
    'users staged-validation-applied',
  );
  const discarded = diffConvex(exported({ users: staged() }), exported({ users: users() }));
  expect(discarded.findings[0]?.recipe).toContain('--allow-unstaging-schema');
});

test('what is not known never passes, even where nothing changed', () => {
  for (const strange of [{ type: 'decimal' }, { type: 'string', maxLength: 5 }, { type: 'literal', value: null }, 7]) {
    const schema = {
      tables: [
        { tableName: 't', documentType: { type: 'object', value: { f: { fieldType: strange, optional: false } } } },
      ],
      schemaValidation: true,
    };
    const diff = diffConvex(schema, schema);
    expect(diff).toMatchObject({ unknown: true, push: 'if-no-violation', rollback: 'if-no-new-values' });
    expect(diff.tables.t).toMatchObject({
      unknown: true,
      newSchemaAcceptsOldData: false,
      oldSchemaAcceptsNewData: false,
      oldCodeReadsNewData: false,
      newCodeReadsOldData: false,
    });
    expect(rules(diff)).toEqual(['t not-understood']);
  }
});

test('one table that needs its old, one that needs its new validator: neither schema alone leads back', () => {
  const old = exported({ users: users(), notes: defineTable({ x: v.optional(v.string()) }) });
  const next = exported({
    users: defineTable({ name: v.string(), age: v.optional(v.number()) }),
    notes: defineTable({}),
  });
  const diff = diffConvex(old, next);
  expect(diff).toMatchObject({ rollback: 'code-only', rollbackWith: 'mixed-schema' });
  expect(rules(diff)).toContain('rollback-needs-mixed-schema');
});

test('system fields in a validator say nothing', () => {
  const listed = defineTable({ name: v.string(), _creationTime: v.number() } as never);
  expect(diffConvex(exported({ users: users() }), exported({ users: listed })).findings).toEqual([]);
});

test('what is no schema at all is said', () => {
  expect(() => diffConvex({}, exported({}))).toThrow(SchemaFormatError);
  expect(() => diffConvex(exported({}), { tables: [{}] })).toThrow('the new schema, tables[0] is not a table');
});
