/** The demo's history, really run: what metrics, Prometheus and OpenTelemetry make of it. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Cli } from '../../../src/cli/cli.ts';
import { type HistoryDemoResult, playHistoryDemo } from '../../../src/cli/demo/history.ts';
import { readEnvironment } from '../../../src/config/environment.ts';
import type { DeploymentRow } from '../../../src/core/views.ts';
import { VIEWS } from '../../../src/core/views.ts';
import type { MetricsIndex } from '../../../src/metrics/metrics-index.ts';
import { exposition } from '../../../src/metrics/prometheus.ts';
import { exposedEnvironments, readCommits, readMetricsIndex } from '../../../src/project-metrics.ts';
import { sendTrace, tracesTo } from '../../../src/project-traces.ts';
import { createRedactor } from '../../../src/util/redact.ts';
import { openSqlite } from '../../../src/stores/sqlite.ts';
import type { Store } from '../../../src/stores/store.ts';
import { problemOf } from '../../support/problem-of.ts';

const PROMTOOL = '/usr/bin/promtool';

let folder: string;
let demo: HistoryDemoResult;
let store: Store;
let index: MetricsIndex;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'belay-history-test-'));
  const cli = { cwd: folder, version: '1.0.0' } as Cli;
  demo = await playHistoryDemo(cli, { dir: 'shop', deployments: 60 });
  store = await openSqlite({ path: demo.store, views: VIEWS, allowInCi: true });
  index = await readMetricsIndex(store, { environment: null, since: '' });
});

afterAll(async () => {
  await store?.close();
  rmSync(folder, { recursive: true, force: true });
});

const rowsOf = async () => (await store.view('deployments', {})).map(({ row }) => row as DeploymentRow);

test('a history of about as many deployments as asked for, with faults, that holds', async () => {
  expect(demo.deployments).toBeGreaterThan(40);
  expect(demo.deployments).toBeLessThan(80);
  expect(demo.auditVerified).toBe(true);
  expect(Object.keys(demo.outcomes)).toEqual(expect.arrayContaining(['committed', 'rolled-back']));
  const [opened] = await store.read({ kinds: ['deployment.opened'], limit: 1 });
  expect(opened?.data).toMatchObject({ tool: 'belay 1.0.0 (demo: faults and times are made up)' });
  // Twelve weeks of it are over, and nothing has happened that is still to come.
  const times = (await rowsOf()).map(({ openedAt }) => Date.parse(openedAt));
  expect(Math.max(...times)).toBeLessThan(Date.now());
  expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(50 * 86_400_000);
  // Nobody writes a second history over the first.
  const again = playHistoryDemo({ cwd: folder, version: '1.0.0' } as Cli, { dir: 'shop', deployments: 10 });
  expect((await problemOf(again)).code).toBe('USAGE');
});

test('the index ends each deployment as the history does, and takes times from its steps', async () => {
  const facts = [...index.deployments.values()].flat();
  const seen = facts.map(({ id, outcome, endedAt }) => [
    id,
    outcome,
    endedAt === null ? null : new Date(endedAt).toISOString(),
  ]);
  const rows = await rowsOf();
  expect(new Map(seen.map((one) => [one[0], one]))).toEqual(
    new Map(rows.map(({ id, outcome, endedAt }) => [id, [id, outcome, endedAt]])),
  );
  const commits = await readCommits(join(folder, 'shop'));
  const review = {
    teamSize: 2,
    deploysPerWeek: null,
    users: null,
    usersNow: null,
    failureRate: null,
    recoveryMs: null,
  };
  const metrics = index.metrics({
    environment: null,
    since: new Date(0).toISOString(),
    until: new Date().toISOString(),
    review,
    commits,
  });
  expect(metrics.totals.deployments).toBe(rows.length);
  expect(metrics.environments).toEqual(['preview', 'production', 'staging']);
  const stage = metrics.durations.find(({ series }) => series === 'staging/deploy/stage/web');
  expect(stage?.median).toBeGreaterThan(30);
  expect(stage?.median).toBeLessThan(120);
  // Each commit is counted once, on the day that it first went live.
  const ids = metrics.dora.changeLeadTime.list.map(({ commit }) => commit);
  expect(new Set(ids).size).toBe(ids.length);
  expect(metrics.dora.changeLeadTime.n).toBeGreaterThan(metrics.dora.deploymentFrequency.n);
  expect(metrics.reviews[0]).toMatchObject({ key: 'teamSize', state: 'due' });
});

test.skipIf(!existsSync(PROMTOOL))(
  'promtool has nothing to say against the exposition, whatever a name holds',
  async () => {
    const environments = [
      ...(await exposedEnvironments(store)),
      {
        environment: 'a "quoted" \\ name',
        live: null,
        locked: true,
        attention: 'stuck' as const,
        canaryShare: 0.05,
        frozen: 1,
        schemas: { convex: 'v3' },
      },
    ];
    const text = exposition({ version: '1.0.0', index, environments, undelivered: { slack: 2 } });
    const checked = spawnSync(PROMTOOL, ['check', 'metrics'], { input: text, encoding: 'utf8' });
    expect([checked.status, checked.stdout, checked.stderr]).toEqual([0, '', '']);
    const counted = [...text.matchAll(/^belay_deployments_total\{.*\} (\d+)$/gm)].reduce(
      (sum, one) => sum + Number(one[1]),
      0,
    );
    expect(counted).toBe((await rowsOf()).filter(({ outcome }) => outcome !== null && outcome !== 'paused').length);
    expect(text).toContain('belay_environment_stuck{environment="a \\"quoted\\" \\\\ name"} 1');
  },
);

describe('a trace', () => {
  let server: Server;
  const bodies: { readonly path: string | undefined; readonly key: string | undefined; readonly body: string }[] = [];
  let answer: 'ok' | 'refuse' | 'hang' = 'ok';
  let endpoint: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (part) => (body += part));
      request.on('end', () => {
        bodies.push({ path: request.url, key: request.headers['x-key']?.toString(), body });
        if (answer !== 'hang') response.writeHead(answer === 'ok' ? 200 : 403).end('{}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    endpoint = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const addressOf = () => {
    const env = readEnvironment({
      OTEL_EXPORTER_OTLP_ENDPOINT: `${endpoint}/`,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20b',
    });
    if (!env.traces) throw new Error('no address');
    return env.traces;
  };

  test('arrives at the address of the standard variables, the same one twice', async () => {
    const [row] = await rowsOf();
    await sendTrace(store, addressOf(), row?.id ?? '');
    await sendTrace(store, addressOf(), row?.id ?? '');
    expect(bodies.map(({ path, key }) => [path, key])).toEqual([
      ['/v1/traces', 'a b'],
      ['/v1/traces', 'a b'],
    ]);
    expect(bodies[0]?.body).toBe(bodies[1]?.body);
    expect(bodies[0]?.body).toContain(row?.id);
    expect((await problemOf(sendTrace(store, addressOf(), 'd-none'))).code).toBe('DEPLOYMENT_UNKNOWN');
  });

  test('that nobody takes is told in a line, within two seconds, and holds nobody up', async () => {
    const [event] = await store.read({ kinds: ['deployment.committed'], limit: 1 });
    if (!event) throw new Error('nothing committed');
    const traces = tracesTo(store, addressOf(), createRedactor());
    traces.event(event);
    answer = 'refuse';
    expect(await traces.settle()).toMatch(/^the trace was not sent: /);
    // Tried once: the next settling has nothing to send.
    expect(await traces.settle()).toBeNull();
    traces.event(event);
    answer = 'hang';
    const started = performance.now();
    expect(await traces.settle()).toMatch(/within 2000 ms/);
    expect(performance.now() - started).toBeLessThan(5_000);
    const off = readEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SDK_DISABLED: 'true' });
    expect(off.traces).toBeNull();
  });
});
