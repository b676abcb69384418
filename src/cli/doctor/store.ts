/** The store: can it be opened, is it durable, does its clock agree with ours. */
import { relative } from 'node:path';
import type { Project } from '../../project.ts';
import { fail, type Finding, look, pass } from './finding.ts';

/** A record from the future of this clock by more than this is a clock that was set wrongly, here or there. */
const SKEW_MS = 60_000;
/** How it is known that what is written stays. */
const DURABLE: Readonly<Record<string, string>> = {
  sqlite: 'local disk, settings read back',
  postgres: 'settings read back',
  convex: 'component of its own, kept by Convex',
};
/** Before this version of Belay existed. */
const EARLIEST = '2026-01-01';

/** An opened store has read its durability settings back already; what is left is to read. */
export async function lookAtStore(project: Project): Promise<readonly Finding[]> {
  const { store } = project.runtime;
  return look('store', async () => {
    const names = Object.keys(project.config.environments);
    const heads = await Promise.all(names.map((name) => store.head(name)));
    const events = heads.reduce((sum, { n }) => sum + n, 0);
    const durable = DURABLE[store.kind] ?? 'durability not known';
    const where = relative(project.config.directory, store.where);
    const shown = store.kind !== 'sqlite' || where.startsWith('..') ? store.where : where;
    return pass('store', `${store.kind}: ${shown} · ${durable} · ${events.toLocaleString('en')} events`);
  });
}

export async function lookAtClock(project: Project): Promise<readonly Finding[]> {
  return look('clock', async () => {
    const now = project.runtime.clock.wall();
    if (now.toISOString() < EARLIEST) return fail('clock', `says ${now.toISOString()}`, 'set the clock; timedatectl');
    for (const environment of Object.keys(project.config.environments)) {
      const [last] = await project.runtime.store.read({ environment, newestFirst: true, limit: 1 });
      if (!last || Date.parse(last.at) <= now.getTime() + SKEW_MS) continue;
      return fail(
        'clock',
        `says ${now.toISOString()}, but ${environment} has a record of ${last.at}`,
        'set the clock; timedatectl',
      );
    }
    return pass('clock', `${now.toISOString()}, not behind the record`);
  });
}
