/** Steps that have become slower are news, though no event says so: looked for now and then. Part of the composition root. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ReviewLimits } from './metrics/metrics.ts';
import { readMetricsIndex } from './project-metrics.ts';
import { announceRegression } from './project-notifications.ts';
import type { Notifications } from './project-notify.ts';

const FIRST_LOOK_MS = 60_000;
const LOOK_EVERY_MS = 3_600_000;
const LOOK_BACK_MS = 90 * 86_400_000;

/** Announces what there is; what was announced before is not announced again. @throws Problem of the store */
export async function tellRegressions(notifications: Notifications, review: ReviewLimits): Promise<void> {
  const { store, now } = notifications.delivering;
  const [since, until] = [now() - LOOK_BACK_MS, now()].map((ms) => new Date(ms).toISOString()) as [string, string];
  const index = await readMetricsIndex(store, { environment: null, since });
  const { regressions } = index.metrics({ environment: null, since, until, review });
  for (const found of regressions) await announceRegression(notifications, found);
}

/** Looks again whenever something was deployed since, once an hour at most. `trouble` is told what went wrong. */
export async function watchRegressions(
  notifications: Notifications,
  review: ReviewLimits,
  signal: AbortSignal,
  trouble: (error: unknown) => void,
): Promise<void> {
  let seen = '';
  for (let pause = FIRST_LOOK_MS; !signal.aborted; pause = LOOK_EVERY_MS) {
    await delay(pause, undefined, { signal, ref: false }).catch(() => undefined);
    if (signal.aborted) return;
    try {
      const heads = await headsOf(notifications);
      if (heads !== seen) await tellRegressions(notifications, review);
      seen = heads;
    } catch (error) {
      trouble(error);
    }
  }
}

async function headsOf({ delivering, environments }: Notifications): Promise<string> {
  const names = await environments();
  return (await Promise.all(names.map(async (name) => (await delivering.store.head(name)).hash))).join(' ');
}
