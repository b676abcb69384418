/** Empty stores for the contract suite: a deployment of its own each, with the application that the vendor's CLI has bundled. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ConvexEmulator, startConvexEmulator } from '../../../src/emulators/convex/emulator.ts';
import { createConvexClient } from '../../../src/platforms/convex/client.ts';
import { COMPONENT } from '../../../src/platforms/convex/component.ts';
import type { PushRequest } from '../../../src/platforms/convex/push-request.ts';
import { openConvex } from '../../../src/stores/convex/convex.ts';
import type { Store } from '../../../src/stores/store.ts';
import type { StoreUnderTest } from '../../../src/testing/store-contract.ts';
import type { InstalledApp } from './installed-app.ts';

/** The vendor's test engine looks through all documents for each: a thousand events take it seconds. */
const SLOW_MS = 90_000;

/** What the vendor's command line would send, without sending it. */
export async function pushRequestOf(app: InstalledApp): Promise<PushRequest> {
  // The command line adds `.json` by itself.
  const file = join(app.folder, 'push');
  const nobody = { url: 'http://127.0.0.1:9', adminKey: 'nobody|00' };
  await app.convex(['deploy', '--write-push-request', file, '--push-all-modules', '--typecheck=disable'], nobody);
  return JSON.parse(readFileSync(`${file}.json`, 'utf8')) as PushRequest;
}

export async function deployed(request: PushRequest): Promise<ConvexEmulator> {
  const emulator = await startConvexEmulator();
  const client = createConvexClient(emulator);
  const { signal } = new AbortController();
  const started = await client.startPush({ ...request, adminKey: emulator.adminKey }, signal);
  while ((await client.waitForSchema(started, signal)).type === 'inProgress');
  await client.finishPush(started, 'test', signal);
  return emulator;
}

export async function emulatedSubject(app: InstalledApp, request: PushRequest): Promise<StoreUnderTest> {
  const emulator = await deployed(request);
  const stores: Store[] = [];
  return {
    async open(views) {
      const store = await openConvex({ access: emulator, views, limitMs: SLOW_MS });
      stores.push(store);
      return store;
    },
    /** As one with the admin key could: by the vendor's import into the table of the component. */
    async tamper(environment, n, data) {
      const rows = await emulator.documents('events', COMPONENT);
      const changed = rows.map((row) =>
        row['environment'] === environment && row['n'] === n ? { ...row, data } : row,
      );
      const file = join(app.folder, 'events.jsonl');
      writeFileSync(file, changed.map((row) => `${JSON.stringify(row)}\n`).join(''));
      await app.convex(['import', '--component', COMPONENT, '--table', 'events', '--replace', '-y', file], emulator);
    },
    async dispose() {
      await Promise.all(stores.map((store) => store.close()));
      await emulator.close();
    },
  };
}
