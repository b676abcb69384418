/** What the live front end calls, before and after: real modules of two commits, read with the real convex package. */
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inspectCommits } from '../../../src/compatibility/inspect-commits.ts';
import { schemaObjection } from '../../../src/core/schema-gate.ts';
import { createExec } from '../../../src/util/exec.ts';
import { type AppRepository, createRepository, type Files } from '../../fixtures/apps/app-repository.ts';

let root: string;
let repository: AppRepository;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'belay-callers-'));
  repository = createRepository(join(root, 'app'));
  symlinkSync(join(import.meta.dirname, '../../../node_modules'), join(repository.path, 'node_modules'), 'dir');
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

// What is generated is not committed, as in many a repository.
const IMPORTS = `import { internalMutation, mutation, query } from './_generated/server';
import { v } from 'convex/values';
`;
const LIST = `export const list = query({ args: {}, returns: v.array(v.string()), handler: async () => [] });\n`;
const same: Files = {
  'package.json': '{}',
  '.gitignore': 'node_modules\n',
  'convex/schema.ts': `import { defineSchema } from 'convex/server';\nexport default defineSchema({});\n`,
  // A client with its key, and a module that only a bundler can load: neither has changed.
  'convex/ai.ts': `import { actionGeneric } from 'convex/server';
if (!process.env.AI_KEY) throw new Error('AI_KEY is missing');
export const ask = actionGeneric({ args: {}, handler: async () => process.env.AI_KEY });\n`,
  'convex/icon.ts': `import './icon.svg';\nexport const x = 1;\n`,
  'convex/tasks.test.ts': `throw new Error('no module of the backend');\n`,
};

const first: Files = {
  ...same,
  'convex/tasks.ts': `${IMPORTS}${LIST}
export const add = mutation({ args: { title: v.string() }, handler: async () => null });
export const gone = query({ args: {}, handler: async () => 1 });
export const hidden = query({ args: {}, handler: async () => 1 });
export const loose = mutation({ handler: async () => null });
export const job = internalMutation({ args: {}, handler: async () => null });\n`,
  'convex/http.ts': `import { httpRouter } from 'convex/server';
import { httpAction } from './_generated/server';
const http = httpRouter();
http.route({ path: '/paid', method: 'POST', handler: httpAction(async () => new Response('')) });
export default http;\n`,
  'convex/late.ts': `${IMPORTS}export const late = query({ args: {}, handler: async () => 1 });\n`,
};
const second: Files = {
  ...same,
  'convex/tasks.ts': `${IMPORTS}${LIST}
export const add = mutation({ args: { title: v.string(), owner: v.string() }, handler: async () => null });
export const hidden = internalMutation({ args: {}, handler: async () => 1 });
export const loose = mutation({ args: { id: v.string() }, handler: async () => null });
export const fresh = query({ args: {}, handler: async () => 1 });\n`,
  'convex/http.ts': `import { httpRouter } from 'convex/server';\nexport default httpRouter();\n`,
  'convex/late.ts': `import gone from './gone.svg';\nexport const late = gone;\n`,
  'convex/first.ts': `import gone from './gone.svg';\nexport const first = gone;\n`,
};

const inspect = (from: string, to: string) =>
  inspectCommits(
    {
      exec: createExec({ PATH: process.env['PATH'] ?? '' }),
      path: repository.path,
      scope: () => null,
      snapshots: { postgres: false },
    },
    { commit: from },
    { commit: to },
  );

test('functions that the live front end calls and that serve it no more stand in the way; what nobody can tell is no pass', async () => {
  const [one, two] = [repository.commit(first), repository.commit(second)];
  const found = await inspect(one, two);
  const places = (level: string) => found?.findings.filter((one) => one.level === level).map(({ place }) => place);
  expect(new Set(places('breaking'))).toEqual(
    new Set(['tasks:add · owner', 'tasks:gone', 'tasks:hidden', 'POST /paid']),
  );
  expect(places('unknown')).toEqual(['tasks:loose', 'late']);
  expect(places('note')).toEqual(expect.arrayContaining(['tasks:fresh', 'icon', 'first']));
  expect(JSON.stringify(found), 'internal functions and loaded modules do not count').not.toMatch(/:job|convex\/ai/);
  expect(found).toMatchObject({ rollbackClass: 'code-only', summary: expect.stringContaining('Convex functions') });
  const objection = schemaObjection(found);
  expect(objection).toMatchObject({ code: 'GATE_REFUSED', message: expect.stringContaining('functions') });
  expect(objection?.details.join('\n')).toContain('open browser tabs, apps and servers');
});

test("a function that is added, and arguments that may be left out, are in nobody's way", async () => {
  const list = (args: string) =>
    `${IMPORTS}export const list = query({ args: { ${args} }, handler: async () => [] });\n`;
  const one = repository.commit({ 'convex/tasks.ts': list('') });
  const fresh = 'export const fresh = query({ args: {}, handler: async () => 1 });\n';
  const two = repository.commit({ 'convex/tasks.ts': `${list('n: v.optional(v.number())')}${fresh}` });
  const found = await inspect(one, two);
  expect(found?.findings.map(({ place }) => place)).toContain('tasks:fresh');
  expect(schemaObjection(found)).toBeNull();
});
