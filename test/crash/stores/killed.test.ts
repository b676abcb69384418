/** kill -9 at random times: nothing acknowledged is lost, nothing is torn, the next process goes on (G4). */
import { afterAll, describe, expect, test } from 'vitest';
import { ENGINES, Places } from './places.ts';
import { after, start } from './program.ts';
import { requireSound } from './subject.ts';
import { repeated } from '../../support/repeated.ts';

const ROUNDS = repeated(3);

describe.each(ENGINES)('%s', (engine) => {
  const places = new Places();
  afterAll(() => places.close());

  test(`a writer that is killed ${ROUNDS} times loses no acknowledged event`, async () => {
    const location = await places.make(engine);
    const acknowledged: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const writer = start('writer', [location, `w${round}`, null]);
      await writer.said('ack ');
      // Not a wait for anything: the moment of the kill is meant to be any.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 300));
      writer.signal('SIGKILL');
      expect(await writer.ended, writer.errors()).toBe('SIGKILL');
      acknowledged.push(...after(writer, 'ack'));
      const stored = await requireSound(location, acknowledged);
      // At most the one event of each round whose answer was lost is there on top.
      expect(stored - acknowledged.length).toBeLessThanOrEqual(round + 1);
    }
    expect(acknowledged.length).toBeGreaterThan(ROUNDS);
  });
});
