/** The component alone, under convex-test: the lease as a mutex, who may append, and the deployment log. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import definition from '../../../src/convex/component/convex.config.ts';
import { EMPTY } from '../../../src/convex/component/limits.ts';
import { EMPTY_CHAIN } from '../../../src/core/journal.ts';
import { COMPONENT } from '../../../src/platforms/convex/component.ts';
import type { Acquired, LeaseRecord } from '../../../src/stores/store.ts';
import { HOLDER } from '../../../src/testing/store-suite.ts';
import { callComponent, type Component, MODULES, startComponent } from './component-server.ts';

const NOW = Date.UTC(2026, 0, 1);
const environment = 'production';
let component: Component;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, toFake: ['Date'] });
  component = startComponent();
});
afterEach(() => vi.useRealTimers());

const call = (path: string, args: Record<string, unknown>) => callComponent(component, path, args);
const acquire = (nonce: string) =>
  call('leases:acquire', { environment, nonce, holder: JSON.stringify(HOLDER), ttlMs: 30_000 }) as Promise<Acquired>;

async function taken(nonce: string) {
  const answer = await acquire(nonce);
  if (!answer.granted) throw new Error(`held by ${answer.lease.nonce}`);
  return answer;
}

const event = (id: string, n: number) => ({
  environment,
  n,
  id,
  deployment: null,
  kind: 'deployment.paused',
  actor: 'mia',
  at: new Date(NOW).toISOString(),
  token: 1,
  data: ['{}'],
  prevHash: 'p',
  hash: `h${n}`,
});

const append = (fence: unknown, head: unknown, events: unknown[], log: unknown[] = []) =>
  call('journal:append', { fence, head, events, late: null, version: null, rows: [], log });

describe('the lease', () => {
  test('of twenty that want it at once exactly one gets it, and all others see whose it is', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => acquire(`n${index}`)));
    const [winner, ...more] = answers.filter((answer) => answer.granted);
    expect(more).toEqual([]);
    expect(winner?.granted && winner.fence.token).toBe(1);
    for (const answer of answers) {
      if (!answer.granted) expect(answer.lease.nonce).toBe(winner?.granted && winner.fence.nonce);
    }
  });

  test("expires by the server's clock and not a moment before; the next holder learns whose it was", async () => {
    await taken('first');
    vi.setSystemTime(NOW + 30_000);
    expect((await acquire('second')).granted).toBe(false);
    expect(await call('leases:read', { environment })).toMatchObject({ expired: false });
    vi.setSystemTime(NOW + 30_001);
    expect(await call('leases:read', { environment })).toMatchObject({ expired: true });
    const next = await taken('second');
    expect(next.fence.token).toBe(2);
    expect((next.former as LeaseRecord).nonce).toBe('first');
  });

  test('a renewal counts from its own time', async () => {
    const { fence } = await taken('first');
    vi.setSystemTime(NOW + 20_000);
    expect(await call('leases:renew', { ...fence })).toBe(true);
    vi.setSystemTime(NOW + 45_000);
    expect((await acquire('second')).granted).toBe(false);
  });
});

describe('the journal', () => {
  test('refuses whoever lost the lease, however late the message arrives', async () => {
    const { fence } = await taken('first');
    expect(await append(fence, EMPTY, [event('e1', 1)])).toBe('written');
    vi.setSystemTime(NOW + 60_000);
    const { fence: next } = await taken('second');
    expect(await append(fence, { n: 1, hash: 'h1' }, [event('late', 2)])).toBe('fenced');
    expect(await append({ ...next, token: 1 }, { n: 1, hash: 'h1' }, [event('late', 2)])).toBe('fenced');
    expect(await append(next, { n: 1, hash: 'h1' }, [event('e2', 2)])).toBe('written');
    expect(await call('journal:head', { environment })).toEqual({ n: 2, hash: 'h2' });
  });

  test('writes nothing behind another head than the writer has seen, and no event twice', async () => {
    const { fence } = await taken('first');
    expect(await append(fence, EMPTY, [event('e1', 1)])).toBe('written');
    expect(await append(fence, EMPTY, [event('e2', 1)])).toBe('behind');
    expect(await append(fence, { n: 1, hash: 'h1' }, [event('e2', 2), event('e1', 3)])).toBe('behind');
    expect(await call('journal:head', { environment })).toEqual({ n: 1, hash: 'h1' });
  });

  test('begins its chains as Belay does', () => expect(EMPTY).toEqual(EMPTY_CHAIN));
});

describe('the deployment log', () => {
  const row = {
    timestamp: NOW,
    environment,
    deployedBy: 'mia',
    schemaVersion: '0123456789abcdef',
    convexDeploymentId: 'cx-1',
    vercelDeploymentId: 'dpl_1',
    commitSha: 'abc',
    status: 'success',
  };

  test('has exactly the columns that were asked for, newest first, by environment', async () => {
    const { fence } = await taken('first');
    await append(fence, EMPTY, [event('e1', 1)], [row, { ...row, timestamp: NOW + 1, status: 'rolled back' }]);
    const rows = (await call('log:list', { environment })) as Record<string, unknown>[];
    expect(rows.map(({ status }) => status)).toEqual(['rolled back', 'success']);
    expect(rows[1]).toEqual(row);
    expect(await call('log:list', { environment: 'staging' })).toEqual([]);
  });

  test('is written with the journal or not at all', async () => {
    const { fence } = await taken('first');
    await append({ ...fence, nonce: 'other' }, EMPTY, [event('e1', 1)], [row]);
    await append(fence, { n: 7, hash: 'x' }, [event('e1', 1)], [row]);
    expect(await call('log:list', {})).toEqual([]);
  });

  test('takes no status of its own invention', async () => {
    const { fence } = await taken('first');
    await expect(append(fence, EMPTY, [event('e1', 1)], [{ ...row, status: 'fine' }])).rejects.toThrow(/literal/);
  });
});

test("an application can read the log and reach nothing else of Belay's", async () => {
  const open: string[] = [];
  for (const [path, load] of Object.entries(MODULES)) {
    for (const [name, value] of Object.entries(await load())) {
      if ((value as { isPublic?: true } | null)?.isPublic) open.push(`${path}:${name}`);
    }
  }
  expect(open).toEqual(['/convex/log.ts:list']);
});

test('is mounted under the name that the store calls', () => {
  const exported = (definition as unknown as { export(): { definitionType: unknown } }).export();
  expect(JSON.stringify(exported)).toContain(`"${COMPONENT}"`);
});
