/** The sync protocol, by the vendor's own browser client. */
import { ConvexClient } from 'convex/browser';
import { makeFunctionReference } from 'convex/server';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type ConvexEmulator, startConvexEmulator } from '../../../src/emulators/convex/emulator.ts';
import { push, pushRequest } from '../../support/convex/push.ts';
import { until } from '../../support/until.ts';

const list = makeFunctionReference<'query', Record<string, never>, { title: string }[]>('tasks:list');
const add = makeFunctionReference<'mutation', { title: string }, null>('tasks:add');
const fail = makeFunctionReference<'mutation', Record<string, never>, null>('tasks:fail');

let emulator: ConvexEmulator;
let client: ConvexClient;
beforeEach(async () => {
  emulator = await startConvexEmulator();
  const source = `export const list = query({ type: 'any' }, async (ctx) => await ctx.db.query('tasks').collect());
    export const add = mutation({ type: 'any' }, async (ctx, task) => { await ctx.db.insert('tasks', task); return null; });
    export const fail = mutation({ type: 'any' }, async () => { throw new Error('no such luck'); });`;
  await push(emulator, pushRequest({ modules: { 'tasks.js': source } }));
  client = new ConvexClient(emulator.url, {
    webSocketConstructor: WebSocket as unknown as typeof globalThis.WebSocket,
  });
});
afterEach(async () => {
  await client.close();
  await emulator.close();
});

test('a subscriber sees its own writes, and those of others', async () => {
  const seen: string[] = [];
  client.onUpdate(list, {}, (tasks) => void seen.push(tasks.map(({ title }) => title).join()));
  await until('the first answer', () => seen.length > 0);
  await client.mutation(add, { title: 'one' });
  expect(seen.at(-1)).toBe('one');
  await emulator.insert('tasks', [{ title: 'two' }]);
  await until('what somebody else wrote', () => seen.at(-1) === 'one,two');
  await expect(client.mutation(fail, {})).rejects.toThrow(/no such luck/);
});

test('an upgrade that is dropped is tried again by the client', async () => {
  emulator.inject({ on: /^GET \/api\/.*\/sync/, kind: 'drop' });
  expect(await client.query(list, {})).toEqual([]);
  expect(emulator.requests.filter(({ path }) => path.endsWith('/sync')).length).toBe(2);
});
