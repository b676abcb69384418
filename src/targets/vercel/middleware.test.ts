/** The text that is written into applications, run with the little of Next.js and of the Edge Config that it uses. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { middlewareText } from './middleware.ts';

interface Answer {
  readonly kind: 'next' | 'rewrite';
  readonly url?: string;
  readonly headers?: Headers;
  readonly set: Record<string, string>;
}
type Middleware = (request: unknown) => Promise<Answer>;

const NEXT = `export const NextResponse = { next: () => answer('next'), rewrite: (url, init) => answer('rewrite', { url: String(url), headers: init.request.headers }) };
function answer(kind, more = {}) { const set = {}; return { kind, set, ...more, cookies: { set: (name, value) => { set[name] = value; } } }; }`;
const EDGE = `export const get = async (key) => { const told = globalThis.belayTestItem; if (told instanceof Error) throw told; return key === 'belay' ? told : undefined; };`;

let folder: string;
let middleware: Middleware;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'belay-middleware-'));
  for (const [name, text] of [
    ['next/server', NEXT],
    ['@vercel/edge-config', EDGE],
  ] as const) {
    mkdirSync(join(folder, 'node_modules', name), { recursive: true });
    writeFileSync(join(folder, 'node_modules', name, 'index.js'), text);
    writeFileSync(join(folder, 'node_modules', name, 'package.json'), '{"type":"module","main":"index.js"}');
  }
  writeFileSync(join(folder, 'middleware.ts'), middlewareText({ key: 'belay' }));
  ({ middleware } = (await import(join(folder, 'middleware.ts'))) as { middleware: Middleware });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const split = { candidate: 'dpl_new', url: 'https://shop-new.vercel.app', percentage: 25 };
const tell = (item: unknown) => Reflect.set(globalThis, 'belayTestItem', item);
beforeEach(() => {
  tell(split);
  vi.stubEnv('VERCEL_DEPLOYMENT_ID', 'dpl_old');
  vi.stubEnv('VERCEL_AUTOMATION_BYPASS_SECRET', 'let-me-in');
});

const visit = (place?: string, headers: Record<string, string> = {}) =>
  middleware({
    headers: new Headers(headers),
    nextUrl: { pathname: '/cart', search: '?a=1' },
    cookies: { get: () => (place === undefined ? undefined : { value: place }) },
  });

test('who is below the share gets the candidate, with path, query and the way past the login', async () => {
  const answer = await visit('24.9');
  expect(answer).toMatchObject({ kind: 'rewrite', url: 'https://shop-new.vercel.app/cart?a=1', set: {} });
  expect(answer.headers?.get('x-vercel-protection-bypass')).toBe('let-me-in');
  expect(await visit('25')).toMatchObject({ kind: 'next', set: {} });
});

test('a new visitor is given a place to keep; about a quarter of them get the candidate', async () => {
  const answers = await Promise.all(Array.from({ length: 2_000 }, () => visit()));
  const sent = answers.filter(({ kind }) => kind === 'rewrite').length;
  expect(sent).toBeGreaterThan(400);
  expect(sent).toBeLessThan(600);
  for (const { kind, set } of answers) expect(Number(set['belay_bucket']) < 25 ? 'rewrite' : 'next').toBe(kind);
});

test('the candidate itself, and whoever was sent already, is sent nowhere', async () => {
  expect(await visit('1', { 'x-belay-split': '1' })).toMatchObject({ kind: 'next' });
  vi.stubEnv('VERCEL_DEPLOYMENT_ID', 'dpl_new');
  expect(await visit('1')).toMatchObject({ kind: 'next' });
});

test.for([[null], [{ ...split, percentage: 0 }], [new Error('away')]])(
  'without a share, or without an answer, everybody stays: %s',
  async ([item]) => {
    tell(item);
    expect(await visit('0')).toMatchObject({ kind: 'next' });
  },
);

test('a cookie that is none of ours is not trusted', async () => {
  expect((await visit('-5')).set['belay_bucket']).toBeDefined();
  expect((await visit('abc')).set['belay_bucket']).toBeDefined();
});
