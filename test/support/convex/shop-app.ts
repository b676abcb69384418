/** A small Convex application: users with these validators for their fields, and functions that tell their version. */
import { join } from 'node:path';
import type { Files } from '../../fixtures/apps/app-repository.ts';

export const MODULES = join(import.meta.dirname, '../../../node_modules');

/** Validators are written as `build.string()`. */
export const NAME_ONLY = 'name: build.string()';

export function app(version: string, fields = NAME_ONLY): Files {
  return {
    'package.json': JSON.stringify({ name: 'shop', private: true, type: 'module', dependencies: { convex: '1.48.0' } }),
    '.gitignore': 'node_modules\n.belay\nconvex/_generated\n',
    'convex/schema.ts': `import { defineSchema, defineTable } from 'convex/server';
import { v } from 'convex/values';
const fields = (build) => ({ ${fields} });
export default defineSchema({ users: defineTable(fields(v)) });
`,
    'convex/shop.ts': `import { queryGeneric as query } from 'convex/server';
export const version = query({ args: {}, handler: async () => '${version}' });
export const names = query({ args: {}, handler: async (ctx) => (await ctx.db.query('users').collect()).map((user) => user.name) });
`,
  };
}
