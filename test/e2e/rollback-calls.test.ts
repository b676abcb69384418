/** What a rollback of Convex and Vercel costs, over clouds that take 50 ms for an answer. */
import { afterEach, expect, test } from 'vitest';
import type { JournalEvent } from '../../src/core/events.ts';
import { createPair, type Pair } from '../support/convex/pair.ts';
import { readEvents } from '../support/recorded.ts';

const LATENCY_MS = 50;
/** What Belay itself takes is its processor's time: what it waits for is the clouds, and others on this machine. */
const TIMED = ['bash', '-c', 'TIMEFORMAT="processor %U %S"; time "$@"', 'bash'];

function processorSeconds(stderr: string): number {
  const [, user, system] = /processor (\S+) (\S+)/.exec(stderr) ?? [];
  return Number(user) + Number(system);
}

let pair: Pair | null = null;
afterEach(async () => {
  await pair?.dispose();
  pair = null;
});

/** From the intent to what was read back. */
function window(events: readonly JournalEvent[], step: string): readonly [number, number] {
  const at = (kind: JournalEvent['kind']) =>
    Date.parse(
      events.findLast((event) => event.kind === kind && 'step' in event.data && event.data.step === step)?.at ?? '',
    );
  return [at('step.intended'), at('step.done')];
}

test('both go back in six calls that begin, end and read back, and in less than two seconds of our own', async () => {
  pair = await createPair();
  const { convex, vercel } = pair;
  expect((await pair.run('deploy')).code).toBe(0);
  pair.release('two');
  expect((await pair.run('deploy')).code).toBe(0);
  const before = [convex.requests.length, vercel.requests.length] as const;
  convex.latencyMs = vercel.latencyMs = LATENCY_MS;
  const back = await pair.start(['rollback'], { prefix: TIMED }).ended;
  expect(back.code, back.stderr).toBe(0);
  const asked = [...convex.requests.slice(before[0]), ...vercel.requests.slice(before[1])];
  expect([await pair.backend(), await pair.site()]).toEqual(['one', 'one']);
  const events = await readEvents(pair);
  const calls = ['activate:backend', 'activate:web'].map((step) => {
    const [from, to] = window(events, step);
    return asked
      .filter(({ at }) => at >= from && at <= to)
      .map(({ method, path }) => `${method} ${path.split('?')[0]}`);
  });
  expect(calls[0]).toEqual([
    'POST /api/deploy2/start_push',
    'POST /api/deploy2/wait_for_schema',
    'POST /api/deploy2/finish_push',
    'POST /api/get_config_hashes',
  ]);
  expect(calls[1]).toEqual([expect.stringMatching(/^POST .*\/rollback\//), 'GET /v9/projects/shop']);
  // The rest: what is observed before, a snapshot of four, the check of the configuration, and the look at both at the end.
  expect(asked.length).toBeLessThanOrEqual(25);
  expect(processorSeconds(back.stderr)).toBeLessThan(2);
});
