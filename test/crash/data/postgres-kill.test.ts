/** Postgres: a restore killed at many instants; at each there is a database, and run again the result is exact. */
import { expect, test } from 'vitest';
import { ask, databaseUrl, postgresSubject } from '../../integration/data/postgres-subject.ts';
import { postgresInstalled, startPostgres } from '../../support/postgres.ts';
import { instants, runJob } from './killing.ts';
import { repeated } from '../../support/repeated.ts';

const KILLS = repeated(4);

for (const method of ['dump', 'template'] as const) {
  test.skipIf(postgresInstalled() === null)(
    `${method}: killed at ${KILLS} instants of restore and snapshot`,
    async () => {
      const server = await startPostgres({ settings: ['fsync=off', 'full_page_writes=off'] });
      const { data, ctx, snapshots, url, read, write, name, close } = await postgresSubject(server.url, method);
      try {
        const options = { url, snapshots, method };
        const before = await read();
        const snapshot = await data.snapshot(ctx, 'first');
        await write();
        const job = { kind: 'postgres', options, action: 'restore', id: 'first' } as const;
        const { ms } = await runJob(job, null);
        expect(await read()).toBe(before);
        let killed = 0;
        for (const [index, instant] of instants(KILLS, ms).entries()) {
          await write();
          if ((await runJob(job, instant)).killed) killed += 1;
          const live = await ask(databaseUrl(server.url, 'postgres'), 'SELECT datname FROM pg_database');
          expect(live, `no database after ${instant} ms`).toContainEqual({ datname: name });
          expect(await data.restore(ctx, snapshot)).toEqual(snapshot.fingerprint);
          expect(await read()).toBe(before);
          const id = `kill-${index}`;
          await runJob({ kind: 'postgres', options, action: 'snapshot', id }, instant / 2);
          const found = await data.find(ctx, id);
          if (found) expect(found.fingerprint).toEqual(snapshot.fingerprint);
          expect((await data.snapshot(ctx, id)).fingerprint).toEqual(snapshot.fingerprint);
          await data.remove(ctx, id);
        }
        expect(killed, 'the kills must have hit').toBeGreaterThan(KILLS / 3);
      } finally {
        await close();
        await server.stop();
      }
    },
  );
}
