/** What is read from the record: history, show, releases, audit, and the proof that it is untouched. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HistoryPage } from '../../../src/core/history.ts';
import type { JournalEvent } from '../../../src/core/events.ts';
import type { ReleaseRow } from '../../../src/core/views.ts';
import { createProject, NOOP_CONFIG, type TestProject, widest } from './project.ts';

let project: TestProject;
let first: string;
let second: string;

beforeAll(async () => {
  project = createProject({ 'belay.yml': NOOP_CONFIG });
  first = project.git('rev-parse', 'HEAD');
  await project.json(0, 'deploy', '--env', 'production', '--reason', '=HYPERLINK("http://x","first, \n of all")');
  second = project.commit(
    { 'b.txt': 'b' },
    'a subject that is so long that no table of eighty columns could ever hold all of it',
  );
  await project.json(0, 'deploy', '--env', 'production');
  await project.json(0, 'rollback', '--env', 'production', '--reason', 'slow');
  await project.json(0, 'deploy', '--env', 'staging', second);
});
afterAll(() => project.dispose());

test('history lists the newest first, of all environments, within 80 columns', async () => {
  const { code, stdout } = await project.belay('history');
  expect(code).toBe(0);
  expect(widest(stdout)).toBeLessThanOrEqual(80);
  const kinds = stdout
    .split('\n')
    .flatMap((line) => /committed\s+d-\w+\s+(\w+)\s+(\w+)/.exec(line)?.slice(1).join(' ') ?? []);
  expect(kinds).toEqual(['deploy staging', 'rollback production', 'deploy production', 'deploy production']);
});

test('history goes on where the page before ended, and filters', async () => {
  const page = await project.json<HistoryPage>(0, 'history', '--env', 'production', '--limit', '2');
  expect(page.deployments.map((one) => one.kind)).toEqual(['rollback', 'deploy']);
  const rest = await project.json<HistoryPage>(
    0,
    'history',
    '--env',
    'production',
    '--limit',
    '2',
    '--before',
    page.next ?? '',
  );
  expect(rest.deployments.map((one) => one.source.commit)).toEqual([first]);
  expect(rest.next).toBeNull();
  expect((await project.json<HistoryPage>(0, 'history', '--outcome', 'rolled-back')).deployments).toEqual([]);
  expect((await project.json<HistoryPage>(0, 'history', '--actor', 'nobody')).deployments).toEqual([]);
  expect((await project.json<HistoryPage>(0, 'history', '--since', '1h')).deployments).toHaveLength(4);
});

test('a time that is none, and an outcome that is none, are refused', async () => {
  expect(await project.belay('history', '--since', '7x')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('such as 7d'),
  });
  expect(await project.belay('history', '--outcome', 'fine')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('rolled-back'),
  });
});

test('show tells a deployment step by step, by the beginning of its id, within 80 columns', async () => {
  const { deployments } = await project.json<HistoryPage>(0, 'history', '--env', 'production');
  const rollback = deployments[0];
  const { code, stdout } = await project.belay('show', rollback?.id.slice(0, 8) ?? '');
  expect(code).toBe(0);
  expect(stdout).toContain(`${rollback?.id} · rollback · production`);
  expect(stdout).toMatch(/● activate {3}web .* ms/);
  expect(stdout).toContain('why       slow');
  expect(widest(stdout)).toBeLessThanOrEqual(80);
});

test('show --json has the whole state and every event', async () => {
  const shown = await project.json<{
    state: { outcome: string; steps: Record<string, { phase: string }> };
    events: JournalEvent[];
  }>(0, 'show', '--env', 'staging');
  expect(shown.state.outcome).toBe('committed');
  expect(shown.state.steps['stage:web']?.phase).toBe('done');
  expect(shown.events.map((event) => event.kind)).toEqual(
    expect.arrayContaining(['deployment.opened', 'deployment.committed', 'deployment.closed']),
  );
});

test('show of what does not exist says where to look', async () => {
  expect(await project.belay('show', 'd-nothere')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('belay history'),
  });
});

test('releases says which one is live and which one a rollback would go to', async () => {
  const { releases } = await project.json<{ releases: (ReleaseRow & { state: string })[] }>(
    0,
    'releases',
    '--env',
    'production',
  );
  expect(releases.find((one) => one.state === 'live')?.source.commit).toBe(first);
  expect(releases).toHaveLength(2);
  expect(widest((await project.belay('releases', '--env', 'production')).stdout)).toBeLessThanOrEqual(80);
  expect(await project.belay('releases')).toMatchObject({ code: 2, stderr: expect.stringContaining('--env staging') });
});

test('audit exports the same events as text, NDJSON, JSON and CSV', async () => {
  const lines = async (format: string) =>
    (await project.belay('audit', '--env', 'production', '--format', format)).stdout.trim().split('\n');
  const events = (await lines('ndjson')).map((line) => JSON.parse(line) as JournalEvent);
  expect(events.map((event) => event.n)).toEqual(events.map((_, at) => at + 1));
  expect(JSON.parse((await lines('json')).join('\n'))).toEqual(events);
  expect(await lines('text')).toHaveLength(events.length);
  expect(widest((await lines('text')).join('\n'))).toBeLessThanOrEqual(80);
  expect((await lines('csv'))[0]).toBe('timestamp,environment,n,event,by,deployment,detail,data,hash');
});

test('audit takes the newest ones of all environments in the order of time', async () => {
  const { stdout } = await project.belay('audit', '--limit', '3', '--format', 'ndjson');
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as JournalEvent);
  expect(events.map((event) => event.environment)).toEqual(['staging', 'staging', 'staging']);
  expect(events.at(-1)?.kind).toBe('deployment.closed');
  const forced = await project.belay('audit', '--kind', 'environment.frozen', '--format', 'ndjson');
  expect(
    forced.stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as JournalEvent).kind),
  ).toEqual(['environment.frozen']);
});

test('a row per deployment is CSV that no spreadsheet takes for a formula', async () => {
  const { stdout } = await project.belay('audit', '--deployments', '--format', 'csv', '--env', 'production');
  expect(stdout.split('\n')[0]).toBe(
    'timestamp,environment,deployed_by,commit,release,outcome,kind,deployment,reason,ended,artefacts',
  );
  expect(stdout).toContain(`mia,${first},`);
  expect(stdout).toContain(`"'=HYPERLINK(""http://x"",""first, \n of all"")"`);
});

test('audit verify passes an untouched record, with a head to keep', async () => {
  const { environments } = await project.json<{
    environments: { environment: string; head: { n: number; hash: string }; fault: null }[];
  }>(0, 'audit', 'verify');
  expect(environments.map((one) => one.fault)).toEqual([null, null]);
  const production = environments.find((one) => one.environment === 'production');
  const known = `${production?.head.n}:${production?.head.hash}`;
  expect((await project.belay('audit', 'verify')).stdout).toContain(known);
  expect(await project.belay('audit', 'verify', '--env', 'production', '--known', known)).toMatchObject({ code: 0 });
  const other = `${production?.head.n}:${'0'.repeat(64)}`;
  expect(await project.belay('audit', 'verify', '--env', 'production', '--known', other)).toMatchObject({ code: 1 });
});
