/** The live feed: everything once and in order, whatever happens to the connection, and whoever writes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withSession } from '../../../src/core/open.ts';
import type { Dashboard } from '../../../src/project-dashboard.ts';
import type { FeedEvent } from '../../../src/server/api/feed.ts';
import { type AuditPage } from '../../../src/server/api/record.ts';
import { ask, createScratch, type Scratch, type SignedIn, signIn } from '../../support/dashboard.ts';
import { type EventStream, openEventStream } from '../../support/event-stream.ts';
import { postgresInstalled, type RunningPostgres, startPostgres } from '../../support/postgres.ts';
import { until } from '../../support/until.ts';

const ROOT = join(import.meta.dirname, '../../..');

let scratch: Scratch;
let dashboard: Dashboard;
let mia: SignedIn;

beforeAll(async () => {
  scratch = await createScratch();
  await scratch.deploy('first');
  dashboard = await scratch.open();
  mia = await signIn(dashboard);
});

afterAll(() => scratch.dispose());

const watch = (query = '', headers: Record<string, string> = {}): Promise<EventStream> =>
  openEventStream(dashboard.listening, `/api/v1/events${query}`, { cookie: mia.cookie, ...headers });

const eventsOf = ({ messages }: EventStream): FeedEvent[] =>
  messages.filter(({ event }) => event === 'journal').map(({ data }) => data as FeedEvent);

const names = (events: readonly FeedEvent[]): string[] => events.map(({ environment, n }) => `${environment} ${n}`);

const ended = (stream: EventStream, deployment: string): Promise<unknown> =>
  until(`${deployment} in the feed`, () =>
    eventsOf(stream).some((event) => event.deployment === deployment && event.kind === 'deployment.closed'),
  );

/** The command line, as another process. */
async function deployByCommand(): Promise<void> {
  const main = [join(ROOT, 'node_modules/.bin/jiti'), join(ROOT, 'src/cli/main.ts')];
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [...main, 'deploy', '-c', 'belay.json', '--env', 'staging', '--json'], {
    cwd: scratch.folder,
    env: { PATH, HOME, BELAY_USER: 'bob' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
}

test('whoever comes back goes on where they stood: nothing is missed, nothing comes twice, whoever writes', async () => {
  const stayed = await watch();
  let other = await watch();
  await scratch.deploy('second');
  await until('something', () => other.messages.length >= 3);
  // Cut off in the middle; another process deploys meanwhile.
  const before = eventsOf(other);
  const { lastId } = other;
  other.close();
  const { execFileSync } = await import('node:child_process');
  execFileSync('sh', ['-c', 'git init -q && git -c user.name=M -c user.email=m@x commit -q --allow-empty -m third'], {
    cwd: scratch.folder,
  });
  const foreign = deployByCommand();
  const third = await scratch.deploy('third');
  other = await watch('', { 'last-event-id': lastId });
  await foreign;
  const last = await scratch.deploy('fourth', 'staging');
  await Promise.all([stayed, other].map((stream) => ended(stream, last)));
  await ended(stayed, third);
  expect(names([...before, ...eventsOf(other)]).toSorted()).toEqual(names(eventsOf(stayed)).toSorted());
  for (const environment of ['production', 'staging']) {
    const numbers = eventsOf(stayed)
      .filter((event) => event.environment === environment)
      .map(({ n }) => n);
    expect(numbers).toEqual(numbers.map((_, at) => (numbers[0] ?? 0) + at));
  }
  const journal = (await mia.get('/audit?limit=200')).json<AuditPage>().events;
  for (const event of eventsOf(stayed)) {
    const recorded = journal.find(({ id }) => id === event.id);
    expect(event).toMatchObject(recorded ?? { id: 'in the journal' });
  }
  expect(eventsOf(stayed).some(({ actor }) => actor === 'bob')).toBe(true);

  const one = await watch(`?deployment=${third}&from=${encodeURIComponent('production=0,staging=0')}`);
  await ended(one, third);
  expect(new Set(eventsOf(one).map(({ deployment }) => deployment))).toEqual(new Set([third]));
  for (const stream of [stayed, other, one]) stream.close();
});

test('a browser that does not keep up is let go; the others do not notice', async () => {
  const slow = await watch();
  const quick = await watch();
  slow.stall();
  const { runtime } = scratch.project;
  const environment = await scratch.project.environment('production');
  await withSession(runtime, environment, async (session) => {
    const what = 'x'.repeat(20_000);
    for (let batch = 0; batch < 12; batch += 1) {
      await session.append(...Array.from({ length: 50 }, () => session.event('alert.raised', { what }, null)));
    }
  });
  await until(
    'all of it at the quick one',
    () => eventsOf(quick).filter(({ kind }) => kind === 'alert.raised').length === 600,
  );
  expect(quick.ended).toBe(false);
  const seen = (await mia.get('/overview')).status;
  expect(seen).toBe(200);
  // What had been sent is in the buffers of the system; reading on finds the end.
  expect(eventsOf(slow).length).toBeLessThan(600);
  quick.close();
  slow.close();
});

test('who may not look gets no stream, and one that is open ends with the dashboard', async () => {
  expect((await ask(dashboard.listening, '/api/v1/events')).status).toBe(401);
  const short = await scratch.open();
  const session = await signIn(short);
  const stream = await openEventStream(short.listening, '/api/v1/events', { cookie: session.cookie });
  await short.close();
  await until('its end', () => stream.ended);
});

test.skipIf(postgresInstalled() === null)('on Postgres what another machine does shows at once', async () => {
  let server: RunningPostgres | null = null;
  let shared: Scratch | null = null;
  try {
    server = await startPostgres();
    shared = await createScratch(
      { store: { type: 'postgres', url: { secret: 'STORE_URL' } } },
      { STORE_URL: server.url },
    );
    await shared.deploy('first');
    const open = await shared.open();
    const { cookie } = await signIn(open);
    const stream = await openEventStream(open.listening, '/api/v1/events', { cookie });
    const started = performance.now();
    const id = await shared.deploy('second');
    await ended(stream, id);
    // Without being told, it would be looked for only every 2 s.
    expect(performance.now() - started).toBeLessThan(1_500);
    expect(names(eventsOf(stream))).toEqual([...new Set(names(eventsOf(stream)))]);
    stream.close();
  } finally {
    await shared?.dispose();
    await server?.stop();
  }
});
