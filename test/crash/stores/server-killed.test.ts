/** The Postgres server is killed in the middle of appends: the writer goes on with the same events and loses none. */
import { afterAll, describe, expect, test } from 'vitest';
import { isProblem } from '../../../src/core/errors.ts';
import { paused } from '../../../src/testing/store-suite.ts';
import { postgresInstalled } from '../../support/postgres.ts';
import { Places } from './places.ts';
import { openAt, requireSound, takeOver } from './subject.ts';

const KILLS = 3;

describe.skipIf(postgresInstalled() === null)('postgres', () => {
  const places = new Places();
  afterAll(() => places.close());

  test(`no acknowledged event is lost when the server is killed ${KILLS} times`, async () => {
    const location = await places.make('postgres');
    const store = await openAt(location);
    const fence = await takeOver(store, 'writer');
    const acknowledged: string[] = [];
    let refusals = 0;
    let running = true;
    const writing = (async () => {
      for (let index = 0; running; index += 1) {
        const event = paused(`e${index}`);
        for (;;) {
          try {
            await store.append(fence, [event]);
            acknowledged.push(event.id);
            break;
          } catch (error) {
            if (!isProblem(error, 'STORE_UNREACHABLE') || error.retry !== 'later') throw error;
            refusals += 1;
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
        }
      }
    })();
    for (let kill = 0; kill < KILLS; kill += 1) {
      const reached = acknowledged.length + 50;
      while (acknowledged.length < reached)
        await Promise.race([writing, new Promise((resolve) => setTimeout(resolve, 5))]);
      places.server.kill();
      await places.server.start();
    }
    running = false;
    await writing;
    await store.close();
    expect(refusals).toBeGreaterThan(0);
    expect(await requireSound(location, acknowledged)).toBe(acknowledged.length);
  });
});
