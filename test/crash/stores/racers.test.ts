/** Two and eight processes race for one lease: never two at once, and the token rises at every turn (G1). */
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ENGINES, Places } from './places.ts';
import { after, start } from './program.ts';
import { openAt, requireSound } from './subject.ts';

const FOR_MS = 1_500;

describe.each(ENGINES)('%s', (engine) => {
  const places = new Places();
  afterAll(() => places.close());

  test.each([2, 8])('%i racers are never in it together', async (count) => {
    // Nobody has made the tables: the racers meet there first.
    const location = await places.reserve(engine);
    const only = join(places.folder, `only-${count}`);
    const racers = Array.from({ length: count }, (_, index) => start('racer', [location, `r${index}`, only, FOR_MS]));
    await Promise.all(racers.map((racer) => racer.said('ready')));
    for (const racer of racers) racer.tell('go');
    expect(
      await Promise.all(racers.map((racer) => racer.ended)),
      racers.map((racer) => racer.errors()).join(''),
    ).toEqual(racers.map(() => 0));
    expect(racers.flatMap((racer) => racer.lines).filter((line) => line === 'overlap')).toEqual([]);
    const turns = racers.flatMap((racer) => after(racer, 'turn').map(Number));
    expect(turns.length).toBeGreaterThanOrEqual(count);
    const store = await openAt(location);
    const tokens = (await store.read({ environment: 'production' })).map((event) => event.token);
    await store.close();
    expect(tokens).toEqual(turns.toSorted((a, b) => a - b));
    expect(tokens.every((token, index) => index === 0 || token > (tokens[index - 1] ?? 0))).toBe(true);
    await requireSound(location, []);
  });
});
