/** What the chain, the fence and the views cost on top of SQLite: durable appends against bare inserts. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NewEvent } from '../src/core/events.ts';
import { VIEWS } from '../src/core/views.ts';
import { openDriver, transaction } from '../src/stores/driver.ts';
import { applySettings } from '../src/stores/sqlite-settings.ts';
import { openSqlite } from '../src/stores/sqlite.ts';
import type { Bench, BenchRow } from './support/bench.ts';
import { median, milliseconds, NO_FIGURE, pairedRatio, percentile, verdict } from './support/statistics.ts';

const ROUNDS = 30;
const APPENDS = 40;
const HOLDER = { user: 'mia', host: 'laptop', bootId: 'boot', pid: 1, pidStart: '1', tool: 'belay bench' };

/** The events of a deployment while its steps run: what most appends carry. */
function* events(): Generator<NewEvent> {
  const shared = { deployment: 'd-bench', actor: 'mia', at: '2026-11-21T12:00:00.000Z' };
  const source = { commit: '4f2c1d9a0b6e8f7c3d5a1b2c4e6f8a9b0c1d2e3f', branch: 'main', subject: 'faster checkout' };
  const opened = {
    kind: 'deploy',
    format: 1,
    tool: 'belay',
    release: 'r-bench',
    source,
    strategy: 'blue-green',
  } as const;
  yield { ...shared, id: 'e-0', kind: 'deployment.opened', data: opened };
  for (let index = 1; ; index++) {
    const step = `stage:web-${index}`;
    const receipt = { id: `r-4f2c1d9-${index}`, port: 4_713 };
    yield index % 2 === 1
      ? { ...shared, id: `e-${index}`, kind: 'step.intended', data: { step, attempt: 1, expected: null } }
      : { ...shared, id: `e-${index}`, kind: 'step.done', data: { step, receipt, ms: 9_123 } };
  }
}

interface Subject {
  readonly once: () => Promise<void>;
  readonly close: () => Promise<void>;
}

async function storeSubject(folder: string): Promise<Subject> {
  const store = await openSqlite({ path: join(folder, 'store.db'), views: VIEWS });
  const asked = await store.leases.acquire('production', { holder: HOLDER, nonce: 'bench', ttlMs: 600_000 });
  if (!asked.granted) throw new Error('the lease of a new store is held');
  const { fence } = asked;
  const stream = events();
  return {
    once: async () => void (await store.append(fence, [stream.next().value as NewEvent])),
    close: () => store.close(),
  };
}

/** One insert a transaction, the same bytes, the settings of a store; no index but the key. */
function bareSubject(folder: string): Subject {
  const path = join(folder, 'bare.db');
  const driver = openDriver(path);
  applySettings(driver, path);
  driver.exec('CREATE TABLE event (n INTEGER PRIMARY KEY, id TEXT NOT NULL, body TEXT NOT NULL)');
  const stream = events();
  return {
    async once() {
      const event = stream.next().value as NewEvent;
      transaction(driver, () =>
        driver.run('INSERT INTO event (id, body) VALUES (?, ?)', event.id, JSON.stringify(event)),
      );
    },
    close: async () => driver.close(),
  };
}

async function batch(subject: Subject, each: number[]): Promise<number> {
  return milliseconds(async () => {
    for (let index = 0; index < APPENDS; index++) each.push(await milliseconds(subject.once));
  });
}

const rowOf = (name: string, batches: readonly number[], each: readonly number[]) => ({
  'one event per durable commit': name,
  'events/s': (1_000 * APPENDS) / median(batches),
  'p50 ms': median(each),
  'p99 ms': percentile(each, 0.99),
});

export const bench: Bench = {
  title: 'Durable appends, against bare SQLite with the same driver and settings (interleaved)',
  async run(): Promise<readonly BenchRow[]> {
    const folder = mkdtempSync(join(tmpdir(), 'belay-bench-'));
    const store = await storeSubject(folder);
    const bare = bareSubject(folder);
    const batches = { bare: [] as number[], store: [] as number[] };
    const each = { bare: [] as number[], store: [] as number[] };
    try {
      for (let round = 0; round < ROUNDS; round++) {
        batches.bare.push(await batch(bare, each.bare));
        batches.store.push(await batch(store, each.store));
      }
    } finally {
      await store.close();
      await bare.close();
      rmSync(folder, { recursive: true });
    }
    const share = 100 * pairedRatio(batches.bare, batches.store);
    return [
      { ...rowOf('bare SQLite', batches.bare, each.bare), '% of bare': 100, ...NO_FIGURE },
      { ...rowOf('belay store', batches.store, each.store), '% of bare': share, ...verdict('>= 70 %', share >= 70) },
    ];
  },
};
