/** A front end on Vercel and a backend on Convex, moved as one: both go live, or both go back. */
import { afterEach, expect, test } from 'vitest';
import { createPair, type Pair } from '../../support/convex/pair.ts';
import { readRecord } from '../../support/recorded.ts';

const pairs: Pair[] = [];
afterEach(async () => {
  await Promise.all(pairs.splice(0).map((pair) => pair.dispose()));
});

async function pairWithOneRelease(): Promise<Pair> {
  const pair = await createPair();
  pairs.push(pair);
  const first = await pair.run('deploy');
  expect(first.code, first.stderr).toBe(0);
  return pair;
}

const both = async (pair: Pair) => [await pair.backend(), await pair.site()];

test('both halves go live, the backend first, and come back with one command', async () => {
  const pair = await pairWithOneRelease();
  expect(await both(pair)).toEqual(['one', 'one']);
  pair.release('two');
  const { code, stderr } = await pair.run('deploy');
  expect(code, stderr).toBe(0);
  expect(stderr.indexOf('activate   backend')).toBeLessThan(stderr.indexOf('activate   web'));
  expect(stderr.indexOf('activate   backend'), 'checked against the backend of its own').toBeLessThan(
    stderr.indexOf('check'),
  );
  expect(await both(pair)).toEqual(['two', 'two']);
  const back = await pair.run('rollback');
  expect(back.code, back.stderr).toBe(0);
  expect(await both(pair)).toEqual(['one', 'one']);
});

test('a site that fails its check takes the backend back with it', async () => {
  const pair = await pairWithOneRelease();
  pair.commit('version broken', {
    'index.html': 'nothing to see',
    'convex/shop.ts': pair.read('convex/shop.ts').replace("'one'", "'broken'"),
  });
  const { code, stderr } = await pair.run('deploy');
  expect(code, stderr).toBe(5);
  expect(stderr).toContain('the site answers');
  expect(await both(pair)).toEqual(['one', 'one']);
  expect((await readRecord(pair)).deployments[0]?.outcome).toBe('rolled-back');
});

test('a promotion that fails takes the backend back with it', async () => {
  const pair = await pairWithOneRelease();
  pair.release('two');
  pair.vercel.scenario.promoteFails = true;
  const { code, stderr } = await pair.run('deploy');
  expect(code, stderr).toBe(5);
  expect(await both(pair)).toEqual(['one', 'one']);
});

test('a backend that did not change is neither exported nor pushed again', async () => {
  const pair = await pairWithOneRelease();
  pair.commit('version two of the site', { 'index.html': 'site two' });
  const before = pair.convex.requests.length;
  const { code, stderr } = await pair.run('deploy');
  expect(code, stderr).toBe(0);
  expect(await both(pair)).toEqual(['one', 'two']);
  const asked = pair.convex.requests.slice(before).map(({ path }) => path);
  expect(asked.filter((path) => path.includes('export') || path.includes('start_push'))).toEqual([]);
});

test('the doctor looks at both, and names what is live', async () => {
  const pair = await pairWithOneRelease();
  const { findings } = await pair.json<{ findings: { what: string; status: string; text: string }[] }>(
    'doctor',
    '--live',
    '--json',
  );
  const told = Object.fromEntries(findings.map(({ what, status, text }) => [what, `${status}: ${text}`]));
  expect(told['convex production/backend live']).toMatch(/^pass: cx-\w+, kept/);
  expect(told['convex production/backend kind']).toContain('self-hosted');
  expect(told['convex production/backend restore'], 'for a person to go through').toMatch(/^not-checked: by hand/);
  expect(Object.keys(told).some((what) => what.startsWith('vercel production/web'))).toBe(true);
});

test('a snapshot is shown with all that is recorded of it', async () => {
  const pair = await pairWithOneRelease();
  const { snapshots } = await pair.json<{ snapshots: { id: string }[] }>('snapshot', 'list', '--json');
  const { stdout } = await pair.run('snapshot', 'show', snapshots[0]?.id ?? '');
  expect(stdout).toContain('backend of production');
  expect(stdout).toMatch(/checksum +[0-9a-f]{64}/);
});

test('no key is in the record, in what is printed, or on disk', async () => {
  const pair = await pairWithOneRelease();
  pair.convex.inject({
    on: 'POST /api/deploy2/finish_push',
    kind: 'status',
    status: 400,
    body: { code: 'X', message: `bad ${pair.convex.adminKey}` },
  });
  pair.release('two');
  const { stdout, stderr } = await pair.run('deploy');
  const shown = [
    stdout,
    stderr,
    (await pair.run('show')).stdout,
    (await pair.run('audit', '--format', 'ndjson')).stdout,
  ].join('\n');
  for (const secret of [pair.convex.adminKey, pair.vercel.token]) expect(shown).not.toContain(secret);
});
