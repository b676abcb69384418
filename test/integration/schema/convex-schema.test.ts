import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { diffConvex } from '../../../src/schema/convex/index.ts';
import { type ConvexSchemaOptions, loadConvexSchema } from '../../../src/sources/convex-schema.ts';
import { createExec } from '../../../src/util/exec.ts';
import { createRepository } from '../../fixtures/apps/app-repository.ts';

const PACKAGES = join(import.meta.dirname, '../../../node_modules');
const exec = createExec({ PATH: process.env.PATH ?? '', HOME: tmpdir(), SECRET: 'hunter2' });

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'belay-convex-test-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A project with these files and with the real convex installed. */
function project(files: Readonly<Record<string, string>>, packages: string | null = PACKAGES): string {
  for (const [name, text] of Object.entries({ 'package.json': '{}', ...files })) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  if (packages !== null) symlinkSync(packages, join(root, 'node_modules'), 'dir');
  return root;
}

const load = (options: Partial<ConvexSchemaOptions> = {}) => loadConvexSchema({ exec, project: root, ...options });

const IMPORTS = `import { defineSchema, defineTable } from 'convex/server';\nimport { v } from 'convex/values';\n`;
const schemaOf = (tables: string): string => `${IMPORTS}export default defineSchema({ ${tables} });\n`;

test('a schema is exported as Convex exports it, with whatever it imports, and sees nothing of the environment', async () => {
  project({
    'tsconfig.json': '{ /* as written */ "compilerOptions": { "paths": { "@/*": ["./lib/*"] } } }',
    'lib/roles.ts': `import { v } from 'convex/values';\nexport const role = v.literal('admin');\n`,
    'convex/names.json': '{ "other": "others" }',
    'convex/tables/notes.ts': `import { defineTable } from 'convex/server';
      import { role } from '@/roles';
      import { text } from '../schema';
      export const notes = () => defineTable({ text: text() as never, role });`,
    'convex/schema.ts': `${IMPORTS}import names from './names.json';
      import { notes } from './tables/notes.js';
      import type { Gone } from './types-are-not-loaded';
      export function text() { return v.string(); }
      const enum Kind { A = 'a' }
      console.log('noise');
      await Promise.resolve();
      export default defineSchema({
        notes: notes().index('by_text', ['text']),
        [names.other]: defineTable({ kind: v.literal(Kind.A) }),
        [process.env.SECRET ?? 'clean']: defineTable({}),
      });`,
  });
  const required = (fieldType: object) => ({ fieldType, optional: false });
  expect(await load()).toMatchObject({
    schemaValidation: true,
    tables: [
      {
        tableName: 'notes',
        indexes: [{ indexDescriptor: 'by_text', fields: ['text'] }],
        documentType: {
          type: 'object',
          value: { text: required({ type: 'string' }), role: required({ type: 'literal', value: 'admin' }) },
        },
      },
      { tableName: 'others', documentType: { value: { kind: required({ type: 'literal', value: 'a' }) } } },
      { tableName: 'clean' },
    ],
  });
});

test('two commits of a repository are compared, whatever the work tree says', async () => {
  const repository = createRepository(join(root, 'app'));
  const first = repository.commit({
    'package.json': '{}',
    'convex/schema.ts': schemaOf('a: defineTable({ x: v.string() })'),
  });
  const second = repository.commit({
    'package.json': '{}',
    'convex/schema.ts': schemaOf('a: defineTable({ x: v.string(), y: v.optional(v.number()) })'),
  });
  const scratch = mkdtempSync(join(root, 'scratch-'));
  symlinkSync(PACKAGES, join(repository.path, 'node_modules'), 'dir');
  writeFileSync(join(repository.path, 'convex/schema.ts'), 'throw new Error("not this one")');
  const [before, after] = [
    await load({ project: repository.path, commit: first, scratch }),
    await load({ project: repository.path, commit: second, scratch }),
  ];
  expect(diffConvex(before, after)).toMatchObject({ push: 'always', rollback: 'code-only' });
  expect(readdirSync(scratch)).toEqual([]);
});

test('a project without a schema has none; an exported file stands in for one', async () => {
  project({ 'convex/messages.ts': 'export const x = 1;' });
  expect(await load()).toBeNull();
  writeFileSync(join(root, 'belay.schema.json'), JSON.stringify({ tables: [], schemaValidation: true }));
  expect(await load()).toEqual({ tables: [], schemaValidation: true });
  writeFileSync(join(root, 'belay.schema.json'), '{"tables": 3}');
  await expect(load()).rejects.toMatchObject({ code: 'SCHEMA_UNREADABLE' });
});

test('functions may live where convex.json says', async () => {
  project({ 'convex.json': '{"functions": "src/backend"}', 'src/backend/schema.ts': schemaOf('a: defineTable({})') });
  expect(await load()).toMatchObject({ tables: [{ tableName: 'a' }] });
});

const BROKEN: readonly (readonly [string, string, Partial<ConvexSchemaOptions>, object])[] = [
  [
    'throws',
    `${IMPORTS}throw new Error('no database url');`,
    {},
    {
      code: 'SCHEMA_UNREADABLE',
      message: expect.stringContaining('convex/schema.ts throws'),
      why: 'no database url',
      details: [expect.stringMatching(/^at convex\/schema\.ts:3:\d+$/)],
    },
  ],
  [
    'imports what is missing',
    `import './gone'; ${schemaOf('')}`,
    {},
    { code: 'SCHEMA_UNREADABLE', why: "Cannot find module './gone'" },
  ],
  [
    'does not parse',
    'export default {',
    {},
    { code: 'SCHEMA_UNREADABLE', why: 'convex/schema.ts:1: Unexpected token' },
  ],
  [
    'needs a bundler',
    `import icon from './icon.svg'; ${schemaOf('[icon]: defineTable({})')}`,
    {},
    { code: 'SCHEMA_UNREADABLE', next: expect.stringContaining('belay.schema.json') },
  ],
  [
    'exports something else',
    'export default 42;',
    {},
    { code: 'SCHEMA_UNREADABLE', why: expect.stringContaining('defineSchema') },
  ],
  ['loops', 'for (;;);', { limitMs: 1_500 }, { code: 'TIMEOUT' }],
  [
    'takes all memory',
    `${schemaOf('')} const all = []; while (all.length < 40) all.push(new Array(1e6).fill(all.length));`,
    { memoryMb: 100 },
    { code: 'SCHEMA_UNREADABLE', why: 'it needs more than 100 MB' },
  ],
  ['leaves', 'process.exit(3);', {}, { code: 'SCHEMA_UNREADABLE', why: expect.stringContaining('code 3') }],
];

test.each(BROKEN)('a schema that %s is a problem, and leaves nothing behind', async (_, text, options, problem) => {
  project({ 'convex/schema.ts': text, 'convex/icon.svg': '<svg/>' });
  const scratch = mkdtempSync(join(root, 'scratch-'));
  await expect(load({ ...options, scratch })).rejects.toMatchObject(problem);
  expect(readdirSync(scratch)).toEqual([]);
});

test('without installed packages it says what to install', async () => {
  project({ 'convex/schema.ts': schemaOf('') }, null);
  await expect(load()).rejects.toMatchObject({ code: 'TOOL_MISSING', next: expect.stringContaining('npm ci') });
});

test('a commit that does not exist is a problem', async () => {
  const repository = createRepository(join(root, 'app'));
  repository.commit({ 'package.json': '{}' });
  await expect(load({ project: repository.path, commit: 'f'.repeat(40) })).rejects.toMatchObject({
    code: 'SCHEMA_UNREADABLE',
  });
});
