/** The Convex emulator over its protocol: true state, the vendor's refusals, functions that run. */
import { ConvexHttpClient } from 'convex/browser';
import { makeFunctionReference } from 'convex/server';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ConvexEmulator, startConvexEmulator } from '../../../src/emulators/convex/emulator.ts';
import { post, push, pushRequest, sha256 } from '../../support/convex/push.ts';

const field = (type: string, optional = false) => ({ fieldType: { type }, optional });
const object = (value: Record<string, unknown>) => ({ type: 'object', value });
const tasks = object({ title: field('string') });
const byTitle = [{ indexDescriptor: 'by_title', fields: ['title'] }];
const MODULE = `
export const add = mutation({ type: 'object', value: { title: { fieldType: { type: 'string' }, optional: false } } },
  async (ctx, { title }) => { console.log('adding', title); return await ctx.db.insert('tasks', { title }); });
export const put = mutation({ type: 'any' }, async (ctx, { task }) => await ctx.db.insert('tasks', task));
export const list = query({ type: 'any' }, async (ctx) => await ctx.db.query('tasks').collect());
export const hidden = query({ type: 'any' }, async () => 'seen', true);
export const fail = mutation({ type: 'any' }, async (ctx) => {
  await ctx.db.insert('tasks', { title: 'never seen' }); throw new Error('no such luck'); });
export const greeting = action({ type: 'any' }, async () => process.env.GREETING ?? null);
`;
const first = pushRequest({ tables: { tasks: { documentType: tasks } }, modules: { 'tasks.js': MODULE } });
/** A required field that no document has. */
const breaking = pushRequest({
  tables: { tasks: { documentType: object({ title: field('string'), due: field('number') }) } },
  modules: { 'tasks.js': `${MODULE}\nexport const version = query({ type: 'any' }, async () => 2);` },
});

let emulator: ConvexEmulator;
beforeEach(async () => {
  emulator = await startConvexEmulator();
});
afterEach(() => emulator.close());

const call = (path: string, args: Record<string, unknown> = {}, key = emulator.adminKey) =>
  post({ url: emulator.url, adminKey: key }, '/api/function', { path, args, format: 'convex_encoded_json' });
const titles = async () => (await emulator.documents('tasks')).map((task) => task['title']);

test('code runs once it is finished, not before', async () => {
  const { body: start } = await post(emulator, '/api/deploy2/start_push', {
    ...first,
    adminKey: emulator.adminKey,
    dryRun: false,
  });
  expect(start['schemaChange']).toMatchObject({ indexDiffs: { '': { added_indexes: [] } } });
  expect((await call('tasks:add', { title: 'one' })).body['errorMessage']).toMatch(
    /Could not find function for 'tasks:add'/,
  );
  await push(emulator, first);
  expect(await call('tasks:add', { title: 'one' })).toMatchObject({
    status: 200,
    body: { status: 'success', value: expect.stringMatching(/tasks$/), logLines: ['[LOG] adding one'] },
  });
  expect(await titles()).toEqual(['one']);
});

test('a schema that a document violates is refused in the vendor’s words, and changes nothing', async () => {
  await push(emulator, first);
  await emulator.insert('tasks', [{ title: 'one' }]);
  const before = emulator.modules();
  const [one] = await emulator.documents('tasks');
  for (const dryRun of [true, false]) {
    const { waited, finished } = await push(emulator, breaking, { dryRun });
    expect(finished).toBeNull();
    expect(waited).toEqual({
      type: 'failed',
      componentPath: '',
      tableName: 'tasks',
      error:
        `Document with ID "${String(one?.['_id'])}" in table "tasks" does not match the schema: ` +
        'Object is missing the required field `due`. Consider wrapping the field validator in `v.optional(...)` if this is expected.\n\n' +
        'Object: {title: "one"}\nValidator: v.object({due: v.float64(), title: v.string()})',
    });
  }
  expect(emulator.modules()).toEqual(before);
  expect((await call('tasks:version')).body['status']).toBe('error');
});

test('a dry run swaps nothing and answers empty differences', async () => {
  await push(emulator, first);
  const { finished } = await push(emulator, breaking, { dryRun: true });
  expect(finished).toEqual({
    status: 200,
    body: { authDiff: { added: [], removed: [] }, definitionDiffs: {}, componentDiffs: {} },
  });
  expect((await call('tasks:version')).body['status']).toBe('error');
});

test('schema evaluation tells what must be walked and which indexes are filled, and writes nothing', async () => {
  await push(emulator, first);
  await emulator.insert('tasks', [{ title: 'one' }, { title: 'two' }]);
  const evaluate = async (request: Record<string, unknown>) =>
    (await post(emulator, '/api/deploy2/evaluate_schema', { ...request, adminKey: emulator.adminKey, dryRun: true }))
      .body;
  expect(await evaluate(breaking)).toMatchObject({
    componentSchemaEvaluations: { '': { tables: [{ name: 'tasks', outcome: 'mustWalk', numDocs: 2 }] } },
  });
  const wider = object({ title: field('string'), due: field('number', true) });
  const indexed = pushRequest({ tables: { tasks: { documentType: wider, indexes: byTitle } } });
  expect(await evaluate(indexed)).toMatchObject({
    componentSchemaEvaluations: {
      '': {
        tables: [{ outcome: 'supersetOfEnforced' }],
        indexes: [
          {
            name: 'tasks.by_title',
            type: 'database',
            fields: ['title'],
            change: 'added',
            needsBackfill: true,
            numDocs: 2,
          },
        ],
      },
    },
  });
  expect((await push(emulator, first)).waited).toEqual({ type: 'complete' });
});

test('hashes of modules are those of their sources; a hash alone pushes a module again', async () => {
  await push(emulator, first);
  const [module] = (first['appDefinition'] as { changedModules: { source: string }[] }).changedModules;
  const hash = sha256(module?.source ?? '');
  expect(emulator.modules()).toEqual({ 'tasks.js': hash });
  const { body } = await post(emulator, '/api/get_config_hashes', { version: '1.48.0', adminKey: emulator.adminKey });
  expect(body['moduleHashes']).toEqual([{ path: 'tasks.js', environment: 'isolate', hash }]);

  const unchanged = (sha: string) => ({
    ...first,
    appDefinition: {
      ...(first['appDefinition'] as object),
      changedModules: [],
      unchangedModuleHashes: [{ path: 'tasks.js', environment: 'isolate', sha256: sha }],
    },
  });
  await push(emulator, unchanged(hash));
  expect((await call('tasks:list')).body).toMatchObject({ status: 'success', value: [] });
  await expect(push(emulator, unchanged('0'.repeat(64)))).rejects.toThrow(/400.*RaceDetected/);
});

test('of two pushes at once, the first is told that it was overwritten', async () => {
  const begin = async () =>
    (await post(emulator, '/api/deploy2/start_push', { ...first, adminKey: emulator.adminKey, dryRun: false })).body;
  const [older, newer] = [await begin(), await begin()];
  const wait = async (start: Record<string, unknown>) =>
    (
      await post(emulator, '/api/deploy2/wait_for_schema', {
        adminKey: emulator.adminKey,
        schemaChange: start['schemaChange'],
        timeoutMs: 10,
        dryRun: false,
      })
    ).body['type'];
  expect(await wait(older)).toBe('raceDetected');
  expect(await wait(newer)).toBe('complete');
  const finish = (startPush: unknown) =>
    post(emulator, '/api/deploy2/finish_push', { adminKey: emulator.adminKey, startPush, dryRun: false });
  expect((await finish(older)).body['code']).toBe('RaceDetected');
  await post(emulator, '/api/update_environment_variables', { changes: [{ name: 'GREETING', value: 'hello' }] });
  expect((await finish(newer)).body).toMatchObject({
    code: 'RaceDetected',
    message: 'Environment variables have changed during push',
  });
});

test('scenarios of wait_for_schema: raced, failed, slow', async () => {
  emulator.scenario.waitForSchema = 'raceDetected';
  expect((await push(emulator, first)).waited).toEqual({ type: 'raceDetected' });
  emulator.scenario.waitForSchema = 'failed';
  expect((await push(emulator, first)).waited['type']).toBe('failed');
  emulator.scenario.waitForSchema = 'slow';
  const slow = await push(emulator, first);
  expect(slow.progress.length).toBeGreaterThan(1);
  expect(slow.progress[0]).toMatchObject({ components: { '': { schemaValidationComplete: true } } });
  expect(slow.finished?.status).toBe(200);
});

test('functions: arguments, writes, failures and privacy as on the vendor’s', async () => {
  await push(emulator, first);
  const message = async (path: string, args = {}, key?: string) =>
    String((await call(path, args, key)).body['errorMessage']);
  expect(await message('tasks:add', { title: 1 })).toMatch(
    /ArgumentValidationError: Value does not match validator\.\nPath: \.title\nValue: 1\.0\nValidator: v\.string\(\)/,
  );
  expect(await message('tasks:put', { task: { title: 'a', extra: true } })).toMatch(
    /Failed to insert or update a document in table "tasks" because it does not match the schema: Object contains extra field `extra`/,
  );
  expect(await call('tasks:fail')).toMatchObject({
    status: 560,
    body: { errorMessage: expect.stringContaining('Uncaught Error: no such luck') },
  });
  expect(await titles()).toEqual([]);
  expect((await call('tasks:hidden')).body['value']).toBe('seen');
  const open = new ConvexHttpClient(emulator.url);
  expect(await open.query(makeFunctionReference<'query'>('tasks:list'))).toEqual([]);
  await expect(open.query(makeFunctionReference<'query'>('tasks:hidden'))).rejects.toThrow(
    /Could not find public function for 'tasks:hidden'/,
  );
});

test('a paused deployment refuses calls until it is resumed', async () => {
  await push(emulator, first);
  await post(emulator, '/api/v1/pause_deployment', {});
  expect(emulator.paused).toBe(true);
  expect((await call('tasks:list')).body['errorMessage']).toMatch(
    /Cannot run functions while this deployment is paused\./,
  );
  await post(emulator, '/api/v1/unpause_deployment', {});
  expect((await call('tasks:list')).body['status']).toBe('success');
});

/** A router as the vendor's `httpRouter()` is one: exact paths, and beginnings of paths. */
const HTTP = `
const http = (handler) => Object.assign(() => {}, { isHttp: true, _handler: handler });
const routes = [
  ['/tasks', 'GET', http(async (ctx, request) => {
    const all = await ctx.runQuery('tasks:list', {});
    console.log('listing');
    return Response.json(all.map(({ title }) => title + (new URL(request.url).searchParams.get('mark') ?? '')));
  })],
  ['/tasks', 'POST', http(async (ctx, request) => {
    await ctx.runMutation('tasks:add', { title: request.headers.get('x-by') + ':' + (await request.text()) });
    return new Response(null, { status: 201, headers: { location: '/tasks' } });
  })],
  ['/fails', 'GET', http(async () => { throw new Error('no such luck'); })],
];
export default { isRouter: true, getRoutes: () => routes,
  lookup: (path, method) => {
    const found = routes.find(([one, verb]) => one === path && verb === method);
    return found ? [found[2], found[1], found[0]] : null;
  } };`;

test('HTTP actions run on routes of their own: queries, bodies, headers, failures, and none at all', async () => {
  const site = (path: string, init?: RequestInit) => fetch(`${emulator.url}/http${path}`, init);
  await push(emulator, first);
  const none = await site('/tasks');
  expect([none.status, await none.text()]).toEqual([404, expect.stringContaining('HTTP actions enabled')]);
  await push(
    emulator,
    pushRequest({ tables: { tasks: { documentType: tasks } }, modules: { 'tasks.js': MODULE, 'http.js': HTTP } }),
  );
  const made = await site('/tasks', { method: 'POST', body: 'one', headers: { 'x-by': 'mia' } });
  expect([made.status, made.headers.get('location')]).toEqual([201, '/tasks']);
  const listed = await site('/tasks?mark=!');
  expect(await listed.json()).toEqual(['mia:one!']);
  expect((await site('/elsewhere')).status).toBe(404);
  const failed = await site('/fails');
  expect([failed.status, await failed.json()]).toEqual([
    500,
    {
      code: expect.stringMatching(/^\[Request ID: .*Server Error: no such luck$/),
      trace: 'Uncaught Error: no such luck',
    },
  ]);
  const spec = await call('_system/cli/modules:apiSpec');
  expect(spec.body['value']).toContainEqual({ functionType: 'HttpAction', path: '/tasks', method: 'POST' });
  const logged = await fetch(`${emulator.url}/api/stream_function_logs?cursor=0`, {
    headers: { authorization: `Convex ${emulator.adminKey}` },
  });
  const { entries } = (await logged.json()) as {
    entries: { udfType: string; identifier: string; logLines: string[] }[];
  };
  expect(entries).toContainEqual(
    expect.objectContaining({ udfType: 'HttpAction', identifier: 'GET /tasks', logLines: ['[LOG] listing'] }),
  );
  emulator.paused = true;
  expect((await site('/tasks')).status).toBe(503);
});

test('variables reach the functions; the audit log tells who did what, newest first', async () => {
  await push(emulator, first);
  await post(emulator, '/api/update_environment_variables', { changes: [{ name: 'GREETING', value: 'hello' }] });
  expect((await call('tasks:greeting')).body['value']).toBe('hello');
  await post(emulator, '/api/update_environment_variables', { changes: [{ name: 'GREETING', value: null }] });
  expect((await call('tasks:greeting')).body['value']).toBeNull();
  const answer = await fetch(`${emulator.url}/api/v1/list_audit_log_events?limit=2`, {
    headers: { authorization: `Convex ${emulator.adminKey}` },
  });
  const page = (await answer.json()) as { items: { action: string }[]; pagination: { hasMore: boolean } };
  expect(page.items.map(({ action }) => action)).toEqual([
    'update_environment_variables',
    'update_environment_variables',
  ]);
  expect(page.pagination.hasMore).toBe(true);
});

test('a wrong key opens nothing, and no key is kept in the log of requests', async () => {
  const stranger = { url: emulator.url, adminKey: 'other|key' };
  expect((await post(stranger, '/api/v1/pause_deployment', {})).body['code']).toBe('BadAdminKey');
  expect((await post(stranger, '/api/get_config_hashes', { version: '1', adminKey: 'other|key' })).status).toBe(401);
  await expect(push(stranger, first)).rejects.toThrow(/401.*BadAdminKey/);
  expect(JSON.stringify(emulator.requests)).not.toContain('other|key');
});

test('faults: an answer lost after the effect, a refusal with Retry-After, a dropped request', async () => {
  await push(emulator, first);
  const finishes = () => emulator.requests.filter(({ path }) => path === '/api/deploy2/finish_push');
  emulator.inject({ on: 'POST /api/deploy2/finish_push', kind: 'lost-answer' });
  await expect(push(emulator, pushRequest({ modules: { 'tasks.js': MODULE, 'more.js': '' } }))).rejects.toThrow(
    'fetch failed',
  );
  expect(Object.keys(emulator.modules())).toEqual(['tasks.js', 'more.js']);
  expect(finishes().at(-1)?.status).toBeNull();

  emulator.inject({
    on: /^POST \/api\/function/,
    kind: 'status',
    status: 429,
    headers: { 'retry-after': '1' },
    body: { code: 'RateLimited' },
  });
  expect(await call('tasks:add', { title: 'refused' })).toEqual({ status: 429, body: { code: 'RateLimited' } });
  emulator.inject({ on: 'POST /api/function', kind: 'drop' });
  await expect(call('tasks:add', { title: 'dropped' })).rejects.toThrow('fetch failed');
  expect((await call('tasks:add', { title: 'kept' })).status).toBe(200);
  expect(await titles()).toEqual(['kept']);
});
