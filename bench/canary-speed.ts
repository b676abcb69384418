/** The engine on one core, and the size of what it remembers. */
import { openPool } from './canary/pool.ts';
import type { Bench } from './support/bench.ts';
import { NO_FIGURE, verdict } from './support/statistics.ts';

const GOAL_PER_SECOND = 200_000;
const GOAL_BYTES_A_METRIC = 16_384;

export const bench: Bench = {
  title: 'Engine of the analysis: requests a second on one core, bytes of its state as JSON (G11)',
  async run() {
    const pool = await openPool();
    try {
      return (await pool.speed()).flatMap(({ what, metrics, perSecond, stateBytes }) => [
        {
          engine: what,
          'requests/s': Math.round(perSecond),
          'state bytes': stateBytes,
          ...(metrics === 2
            ? verdict(
                `G11: >= ${GOAL_PER_SECOND}/s, < ${GOAL_BYTES_A_METRIC} a metric`,
                perSecond >= GOAL_PER_SECOND && stateBytes < metrics * GOAL_BYTES_A_METRIC,
              )
            : NO_FIGURE),
        },
      ]);
    } finally {
      await pool.close();
    }
  },
};
