/** A holder that sleeps past its lease wakes up and is refused: it can write, renew and free nothing (G2). */
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { ENGINES, Places } from './places.ts';
import { start } from './program.ts';
import { openAt, request, requireSound } from './subject.ts';

const TTL_MS = 700;

async function until(what: string, condition: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not within 15 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const isStopped = (pid: number): boolean => / T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

describe.each(ENGINES)('%s', (engine) => {
  const places = new Places();
  afterAll(() => places.close());

  test('a holder that was stopped past its lease is refused when it goes on', async () => {
    const location = await places.make(engine);
    const holder = start('holder', [location, TTL_MS]);
    await holder.said('holding');
    holder.signal('SIGSTOP');
    await until('stopped', () => isStopped(holder.pid));
    const store = await openAt(location);
    const seen = await store.leases.read('production');
    expect(seen?.holder?.pid).toBe(holder.pid);
    // Postgres judges by its own clock; for SQLite the heartbeat that stood still before our eyes is the proof.
    const attempt = engine === 'sqlite' && seen ? { ...request('next'), depose: seen } : request('next');
    await until('taken over', async () => (await store.leases.acquire('production', attempt)).granted);
    holder.signal('SIGCONT');
    holder.tell('go');
    expect(await holder.ended, holder.errors()).toBe(0);
    expect(holder.lines).toEqual(['holding', 'refused FENCED', 'renewed false']);
    expect((await store.leases.read('production'))?.nonce).not.toBe('holder');
    expect((await store.leases.read('production'))?.holder).not.toBeNull();
    expect((await store.read({ environment: 'production' })).map((event) => event.id)).toEqual(['before']);
    await store.close();
    await requireSound(location, ['before']);
  });
});
