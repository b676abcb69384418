/** kill -9 during a deployment to Convex and Vercel: one undisturbed `recover`, and both clouds agree with the record. */
import { spawnSync } from 'node:child_process';
import { afterEach, describe, expect, test } from 'vitest';
import { createPair, type Pair } from '../support/convex/pair.ts';
import { readRecord } from '../support/recorded.ts';

const STRACE = spawnSync('strace', ['-f', '-e', 'trace=fsync', 'true']).status === 0;
/** Every write in the long mode. */
const STRIDE = Number(process.env.BELAY_CRASH_STRIDE ?? 15);
const timeout = STRIDE < 9 ? 60 * 60_000 : 300_000;

let pair: Pair | null = null;
afterEach(async () => {
  await pair?.dispose();
  pair = null;
});

const killAt = (write: number) => [
  'strace',
  '-f',
  '-qq',
  '-o',
  '/dev/null',
  '-e',
  'trace=fsync,fdatasync',
  '-e',
  `inject=fsync,fdatasync:signal=SIGKILL:when=${write}`,
];

describe.skipIf(!STRACE)('a deployment to two clouds is killed', { timeout }, () => {
  test('G3, G6: at any durable write, and both clouds are on the release that the record names', async () => {
    pair = await createPair();
    expect((await pair.run('deploy')).code).toBe(0);
    let live = 'one';
    const ends = new Set<string>();
    for (let write = 1, reached = true; reached; write += STRIDE) {
      const wanted = `v${write}`;
      pair.release(wanted);
      const killed = await pair.start(['deploy'], { prefix: killAt(write) }).ended;
      reached = killed.code !== 0;
      const recovered = await pair.run('recover');
      expect([0, 5], `write ${write}: ${recovered.stderr}`).toContain(recovered.code);
      const { environment, deployments, chainFault } = await readRecord(pair);
      expect(chainFault).toBeNull();
      expect(environment).toMatchObject({ open: null, attention: null });
      expect(deployments[0]?.outcome).not.toBeNull();
      const seen = [await pair.backend(), await pair.site()];
      expect(seen[0], `write ${write}: one release on both`).toBe(seen[1]);
      expect(environment?.live?.source.subject).toBe(
        seen[0] === 'one' ? environment?.live?.source.subject : `version ${seen[0]}`,
      );
      ends.add(seen[0] === live ? 'back' : 'on');
      live = seen[0] ?? '';
    }
    expect([...ends].sort()).toEqual(['back', 'on']);
  });
});
