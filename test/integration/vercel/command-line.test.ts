/** What this target asks Vercel for, beside what the vendor's own command line asked an emulator for the same. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type Bench, createBench } from './setup.ts';

interface Asked {
  readonly request: string;
  readonly status: number | null;
  readonly body?: unknown;
}

const FIXTURE = join(import.meta.dirname, '../../fixtures/vercel-cli-requests.json');
const recorded = JSON.parse(readFileSync(FIXTURE, 'utf8')) as Record<string, readonly Asked[]>;

/** What changes something, without queries; a request that is repeated at once is told once. */
const effects = (asked: readonly { request: string }[]): readonly string[] =>
  asked
    .map(({ request }) => request.split('?')[0] ?? request)
    .filter((request) => !request.startsWith('GET'))
    .filter((request, at, all) => request !== all[at - 1]);

const vendor = (...commands: readonly string[]): readonly string[] =>
  commands.flatMap((command) => effects(recorded[command] ?? []));

const has = (...commands: readonly string[]): boolean => commands.every((command) => vendor(command).length > 0);

let bench: Bench;
afterEach(() => bench.close());

async function ours(work: () => Promise<unknown>): Promise<readonly string[]> {
  const from = bench.vercel.requests.length;
  await work();
  const named = (path: string) =>
    path.replace(/dpl_\w+/g, '{deployment}').replace(/\/projects\/(prj_\w+|shop)/, '/projects/{project}');
  const asked = bench.vercel.requests.slice(from).map(({ method, path }) => ({ request: `${method} ${named(path)}` }));
  return effects(asked);
}

/** The command line calls a version of it that is in no published description. */
const published = (request: string) =>
  request.replace('/v9/projects/{project}/rollback/', '/v1/projects/{project}/rollback/');

test.runIf(has('deploy staged', 'promote', 'rollback'))(
  'staging, promoting and rolling back are the same calls',
  async () => {
    bench = await createBench();
    const target = bench.target();
    const one = await bench.deploy(target, bench.context('first'));
    const ctx = bench.context('second');
    expect(await ours(() => target.stage(ctx))).toEqual(vendor('deploy staged'));
    const two = await target.find(ctx);
    expect(await ours(() => target.activate(ctx, two))).toEqual(vendor('promote'));
    expect(await ours(() => target.activate(ctx, one))).toEqual(vendor('rollback').map(published));
  },
);

const ROLLING = ['rolling start', 'rolling approve', 'rolling complete'];
test.runIf(has('rolling configure', ...ROLLING))('so are those of a rolling release', async () => {
  bench = await createBench();
  const target = bench.target({ stages: [0.1, 0.5] });
  const one = await bench.deploy(target, bench.context('first'));
  const ctx = bench.context('second');
  const two = await target.stage(ctx);
  const split = (share: number) =>
    ours(async () => target.traffic?.split(ctx, { [one.id]: 1 - share, [two.id]: share }));
  expect(await split(0.1)).toEqual(vendor('rolling configure', 'rolling start'));
  expect(await split(0.5)).toEqual(vendor('rolling approve'));
  const [complete, tidy, ...more] = await ours(() => target.activate(ctx, two));
  expect([complete]).toEqual(vendor('rolling complete'));
  expect([tidy, more]).toEqual(['DELETE /v1/projects/{project}/rolling-release/config', []]);
});

test('the stages of a rolling release are written as the command line writes them', async () => {
  bench = await createBench();
  const target = bench.target({ stages: [0.1, 0.5] });
  const one = await bench.deploy(target, bench.context('first'));
  const two = await target.stage(bench.context('second'));
  await target.traffic?.split(bench.context('second'), { [one.id]: 0.9, [two.id]: 0.1 });
  const sent = bench.vercel.requests.find(
    ({ method, path }) => method === 'PATCH' && path.includes('/rolling-release/'),
  );
  const said = recorded['rolling configure']?.find(({ request }) => request.startsWith('PATCH'));
  expect(sent?.body).toEqual(said?.body);
});
