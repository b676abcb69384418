/** Exports and imports of the Convex emulator: what comes out goes in again, and what the schema refuses stays out. */
import { convexToJson } from 'convex/values';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ZipFile } from 'yazl';
import { buffer } from 'node:stream/consumers';
import { type ConvexEmulator, startConvexEmulator } from '../../../src/emulators/convex/emulator.ts';
import { post, push, pushRequest } from '../../support/convex/push.ts';
import { until } from '../../support/until.ts';

const string = { fieldType: { type: 'string' }, optional: false };
const number = { fieldType: { type: 'number' }, optional: false };
const object = (value: Record<string, unknown>) => ({ documentType: { type: 'object', value } });
const shop = pushRequest({ tables: { tasks: object({ title: string }), users: object({ name: string }) } });
const due = pushRequest({ tables: { tasks: object({ title: string, due: number }), users: object({ name: string }) } });

let emulator: ConvexEmulator;
beforeEach(async () => {
  emulator = await startConvexEmulator();
  await push(emulator, shop);
});
afterEach(() => emulator.close());

type Json = Record<string, unknown>;

async function system(path: string, args: Json = {}): Promise<Json> {
  const { body } = await post(emulator, '/api/query', { path, format: 'convex_encoded_json', args: [args] });
  return body['value'] as Json;
}

const latest = () => system('_system/cli/exports:getLatest');
const titles = async () => (await emulator.documents('tasks')).map((task) => task['title']);

async function exported(includeStorage = false): Promise<Buffer> {
  await post(emulator, `/api/export/request/zip?includeStorage=${includeStorage}`, {});
  const done = await until('export completed', async () =>
    (await latest())['state'] === 'completed' ? latest() : null,
  );
  const answer = await fetch(`${emulator.url}/api/export/zip/${String(done['_id'])}`, {
    headers: { authorization: `Convex ${emulator.adminKey}` },
  });
  expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename=snapshot_\d+\.zip$/);
  return Buffer.from(await answer.arrayBuffer());
}

/** The state in which the import settles. */
async function imported(content: Uint8Array<ArrayBuffer>, choice: Json, meanwhile = async () => {}): Promise<Json> {
  const { body } = await post(emulator, '/api/import/start_upload', {});
  const uploadToken = String(body['uploadToken']);
  const part = await fetch(`${emulator.url}/api/import/upload_part?uploadToken=${uploadToken}&partNumber=1`, {
    method: 'POST',
    headers: { authorization: `Convex ${emulator.adminKey}` },
    body: content,
  });
  const partTokens = [await part.json()];
  const finished = await post(emulator, '/api/import/finish_upload', { import: choice, uploadToken, partTokens });
  const importId = String(finished.body['importId']);
  const stateIn = (states: readonly string[]) =>
    until(`import in ${states.join()}`, async () => {
      const { state } = (await system('_system/cli/queryImport', { importId })) as { state: Json };
      return states.includes(String(state['state'])) ? state : null;
    });
  const parsed = await stateIn(['waiting_for_confirmation', 'failed']);
  if (parsed['state'] === 'failed') return parsed;
  await meanwhile();
  await post(emulator, '/api/perform_import', { importId });
  return await stateIn(['completed', 'failed']);
}

const bytes = (content: Buffer) => new Uint8Array(content);
const lines = (rows: readonly Json[]) => bytes(Buffer.from(rows.map((row) => JSON.stringify(row)).join('\n')));

async function zipOf(files: Record<string, string>): Promise<Uint8Array<ArrayBuffer>> {
  const zip = new ZipFile();
  for (const [path, text] of Object.entries(files)) zip.addBuffer(Buffer.from(text), path);
  zip.end();
  return bytes(await buffer(zip.outputStream));
}

test('an export restored by replaceAll brings back documents, ids and times, and removes what came since', async () => {
  await emulator.insert('tasks', [{ title: 'one' }, { title: 'two' }]);
  const before = await emulator.documents('tasks');
  const zip = await exported();
  await emulator.insert('tasks', [{ title: 'three' }]);
  await emulator.insert('users', [{ name: 'later' }]);
  expect(await imported(bytes(zip), { mode: 'replaceAll', format: 'zip' })).toMatchObject({ state: 'completed' });
  expect(await emulator.documents('tasks')).toEqual(before);
  expect(await emulator.documents('users')).toEqual([]);
  // The next document meets none of the imported ones.
  await emulator.insert('tasks', [{ title: 'four' }]);
  expect(new Set((await emulator.documents('tasks')).map((task) => task['_id'])).size).toBe(3);
});

test('old data is refused by a newer schema, whole; a schema without validation lets it in', async () => {
  await emulator.insert('tasks', [{ title: 'one' }]);
  const zip = await exported();
  await post(emulator, '/api/import/start_upload', {});
  const relaxed = pushRequest({ tables: { tasks: object({ title: string }) }, schemaValidation: false });
  await imported(await zipOf({ 'tasks/documents.jsonl': '' }), { mode: 'replace', format: 'zip' });
  expect((await push(emulator, due)).finished?.status).toBe(200);
  await emulator.insert('tasks', [{ title: 'new', due: 1 }]);

  const refused = await imported(bytes(zip), { mode: 'replaceAll', format: 'zip' });
  expect(refused).toMatchObject({ state: 'failed' });
  expect(refused['error_message']).toMatch(
    /in table "tasks" because it does not match the schema: Object is missing the required field `due`/,
  );
  expect(await titles()).toEqual(['new']);

  await push(emulator, relaxed);
  expect(await imported(bytes(zip), { mode: 'replaceAll', format: 'zip' })).toMatchObject({ state: 'completed' });
  expect((await push(emulator, shop)).finished?.status).toBe(200);
  expect(await titles()).toEqual(['one']);
});

test('modes: requireEmpty wants empty tables, append adds, replace touches the named table only', async () => {
  await emulator.insert('tasks', [{ title: 'one' }]);
  await emulator.insert('users', [{ name: 'ada' }]);
  const choice = (mode: string) => ({ mode, format: 'jsonLines', tableName: 'tasks' });
  const two = lines([{ title: 'two' }]);
  expect((await imported(two, choice('requireEmpty')))['error_message']).toMatch(
    /"tasks" already exists and is not empty/,
  );
  expect((await imported(two, choice('append')))['state']).toBe('completed');
  expect(await titles()).toEqual(['one', 'two']);
  await imported(lines([{ title: 'three' }]), choice('replace'));
  expect(await titles()).toEqual(['three']);
  expect(await emulator.documents('users')).toHaveLength(1);
  const csv = bytes(Buffer.from('title\n"four, and more"\n'));
  await imported(csv, { mode: 'append', format: 'csv', tableName: 'tasks' });
  expect(await titles()).toEqual(['three', 'four, and more']);
});

test('one export at a time; stuck, failed, canceled and truncated ones are what they say', async () => {
  emulator.scenario.exportStuck = true;
  await post(emulator, '/api/export/request/zip?includeStorage=false', {});
  const stuck = await until('in progress', async () => ((await latest())['state'] === 'in_progress' ? latest() : null));
  expect((await post(emulator, '/api/export/request/zip', {})).body['code']).toBe('ExportInProgress');
  await post(emulator, `/api/export/cancel/${String(stuck['_id'])}`, {});
  delete emulator.scenario.exportStuck;

  emulator.scenario.exportFails = true;
  await post(emulator, '/api/export/request/zip', {});
  await until('failed', async () => (await latest())['state'] === 'failed');
  delete emulator.scenario.exportFails;

  const whole = await exported();
  emulator.scenario.truncatedZip = true;
  const short = await exported();
  expect(short.length).toBeLessThan(whole.length);
  expect((await imported(bytes(short), { mode: 'replaceAll', format: 'zip' }))['error_message']).toMatch(
    /Could not read the ZIP file/,
  );
});

test('an import fails as ordered, and when a schema is pushed in the middle of it', async () => {
  emulator.scenario.importFails = 'out of luck';
  const choice = { mode: 'append', format: 'jsonLines', tableName: 'tasks' };
  expect((await imported(lines([{ title: 'one' }]), choice))['error_message']).toBe('out of luck');
  delete emulator.scenario.importFails;
  const raced = await imported(lines([{ title: 'one' }]), choice, async () => void (await push(emulator, due)));
  expect(raced['error_message']).toMatch(/because schema changed/);
  expect(await titles()).toEqual([]);
});

test('thirty thousand documents stream out and in, and count as many', async () => {
  const rows = Array.from({ length: 30_000 }, (_, at) => ({ title: `task ${at} ${'x'.repeat(100)}` }));
  await emulator.insert('tasks', rows);
  await post(emulator, '/api/export/request/zip?includeStorage=false', {});
  const done = await until('export completed', async () =>
    (await latest())['state'] === 'completed' ? latest() : null,
  );
  const answer = await fetch(`${emulator.url}/api/export/zip/${String(done['_id'])}`, {
    headers: { authorization: `Convex ${emulator.adminKey}` },
  });
  const zip = Buffer.from(await answer.arrayBuffer());
  expect(await imported(bytes(zip), { mode: 'replaceAll', format: 'zip' })).toMatchObject({
    state: 'completed',
    num_rows_written: convexToJson(30_000n),
  });
});

test('stored files go out with the export, and come in on another deployment', async () => {
  const source = `export const keep = action({ type: 'any' }, async (ctx) => await ctx.storage.store(new Blob(['hello'])));
    export const read = action({ type: 'any' }, async (ctx, { id }) => await (await ctx.storage.get(id)).text());`;
  const files = pushRequest({ modules: { 'files.js': source } });
  await push(emulator, files);
  const { body } = await post(emulator, '/api/action', { path: 'files:keep', args: {} });
  const zip = bytes(await exported(true));
  await emulator.close();
  emulator = await startConvexEmulator();
  await push(emulator, files);
  expect(await imported(zip, { mode: 'replaceAll', format: 'zip' })).toMatchObject({ state: 'completed' });
  const read = await post(emulator, '/api/action', { path: 'files:read', args: { id: body['value'] } });
  expect(read.body['value']).toBe('hello');
});
