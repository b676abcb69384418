/** The version of a schema changes with what it means, and with nothing else. */
import { defineSchema, defineTable } from 'convex/server';
import { v } from 'convex/values';
import { expect, test } from 'vitest';
import { versionOf } from './index.ts';

const users = () => defineTable({ name: v.string(), age: v.optional(v.number()) });
const tasks = () => defineTable({ title: v.string() });

test('the order in which tables and fields are written does not matter', async () => {
  const version = await versionOf(defineSchema({ users: users(), tasks: tasks() }));
  const turned = defineTable({ age: v.optional(v.number()), name: v.string() });
  expect(version).toMatch(/^[0-9a-f]{16}$/);
  expect(await versionOf(defineSchema({ tasks: tasks(), users: turned }))).toBe(version);
});

test('a field, its type, an index, and whether documents are checked do', async () => {
  const versions = await Promise.all(
    [
      defineSchema({ users: users() }),
      defineSchema({ users: defineTable({ name: v.string() }) }),
      defineSchema({ users: defineTable({ name: v.string(), age: v.number() }) }),
      defineSchema({ users: users().index('by_name', ['name']) }),
      defineSchema({ users: users() }, { schemaValidation: false }),
    ].map(versionOf),
  );
  expect(new Set(versions).size).toBe(versions.length);
});
