/** A deployment that has never seen Belay: what is said, how the component gets there, and that it stays when data goes back. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { childEnvironment } from '../../../src/config/child-environment.ts';
import { importFrom } from '../../../src/platforms/convex/import.ts';
import { type ConvexEmulator, startConvexEmulator } from '../../../src/emulators/convex/emulator.ts';
import { createConvexClient } from '../../../src/platforms/convex/client.ts';
import { openConvex } from '../../../src/stores/convex/convex.ts';
import { initConvexStore } from '../../../src/stores/convex/init.ts';
import { COUNTING_VIEWS, paused, take } from '../../../src/testing/store-suite.ts';
import { createExec } from '../../../src/util/exec.ts';
import { BASELINE_WASM } from '../../support/convex/baseline-wasm.ts';
import { installApp, type InstalledApp } from './installed-app.ts';

let app: InstalledApp;
let deployment: ConvexEmulator;
const said: string[] = [];
/** Several runs of the vendor's command line, on a machine that others use. */
const SLOW_MS = 400_000;

beforeAll(async () => {
  [app, deployment] = await Promise.all([installApp(), startConvexEmulator()]);
});
afterAll(async () => {
  await deployment.close();
  app.remove();
});

const open = (adminKey = deployment.adminKey) =>
  openConvex({ access: { url: deployment.url, adminKey }, views: COUNTING_VIEWS });

const init = () =>
  initConvexStore({
    access: deployment,
    folder: app.folder,
    exec: createExec({ ...childEnvironment(), HOME: app.folder, ...BASELINE_WASM }),
    signal: AbortSignal.timeout(240_000),
    say: (line) => said.push(line),
  });

test('without the component nothing can be opened, and the next command is said', async () => {
  await expect(open()).rejects.toMatchObject({ code: 'STORE_REFUSED', next: 'belay store init' });
});

test('an application that does not use the component is not pushed, and the lines that it needs are said', async () => {
  await expect(init()).rejects.toMatchObject({
    code: 'SOURCE_INVALID',
    details: expect.arrayContaining(['app.use(belay);']) as string[],
  });
  expect(deployment.modules()).toEqual({});
});

test(
  'one push makes the store; a second finds it there',
  async () => {
    app.addBelay();
    expect(await init()).toMatchObject({ changed: true });
    expect(said.join('\n')).toContain('Installed component belay');
    expect(said.join('\n')).not.toContain(deployment.adminKey);
    expect(await init()).toMatchObject({ changed: false });
    const store = await open();
    await store.append(await take(store), [paused('e1')]);
    expect((await store.read({ environment: 'production' })).map(({ id }) => id)).toEqual(['e1']);
  },
  SLOW_MS,
);

test(
  'the application tells the version of its schema, and sees the log',
  async () => {
    expect(JSON.parse(await app.convex(['run', 'system:getSchemaVersion'], deployment))).toMatch(/^[0-9a-f]{16}$/);
    expect(JSON.parse(await app.convex(['run', 'history:latest'], deployment))).toEqual([]);
  },
  SLOW_MS,
);

test(
  'another push leaves journal and lease as they are',
  async () => {
    app.write('convex/more.ts', "import { query } from './_generated/server';\nexport const one = query(() => 1);\n");
    await app.convex(['deploy', '--typecheck=disable'], deployment);
    const store = await open();
    expect((await store.head('production')).n).toBe(1);
    expect(await store.leases.read('production')).toMatchObject({ token: 1, holder: { user: 'mia' } });
  },
  SLOW_MS,
);

test(
  'data that goes back takes neither the journal nor the lease with it',
  async () => {
    const store = await open();
    const lease = await store.leases.read('production');
    if (!lease) throw new Error('nobody holds the lease');
    await app.convex(['run', 'tasks:add', '{"title":"before"}'], deployment);
    const file = join(app.folder, 'snapshot.zip');
    await app.convex(['export', '--path', file], deployment);
    await app.convex(['run', 'tasks:add', '{"title":"after"}'], deployment);
    await store.append(lease, [paused('e2')]);
    await store.leases.renew(lease);
    const ctx = {
      deployment: 'd1',
      environment: 'production',
      signal: AbortSignal.timeout(60_000),
      say: () => undefined,
    };
    await importFrom(createConvexClient(deployment), ctx as never, { file, side: join(app.folder, 'side.zip') });
    expect((await deployment.documents('tasks')).map(({ title }) => title)).toEqual(['before']);
    expect((await store.read({ environment: 'production' })).map(({ id }) => id)).toEqual(['e1', 'e2']);
    expect(await store.leases.read('production')).toMatchObject({ token: 1, renewSeq: 1 });
    expect(await store.leases.renew(lease)).toBe(true);
  },
  SLOW_MS,
);

test('a wrong key and a paused deployment are said as what they are, without the key', async () => {
  await expect(open('nobody|secret-of-nobody')).rejects.toMatchObject({ code: 'STORE_REFUSED' });
  const wrong = await open('nobody|secret-of-nobody').catch((error: unknown) => error);
  expect(JSON.stringify(wrong, Object.getOwnPropertyNames(wrong))).not.toContain('secret-of-nobody');
  deployment.paused = true;
  await expect(open()).rejects.toMatchObject({ code: 'STORE_UNREACHABLE', retry: 'later' });
  deployment.paused = false;
});
