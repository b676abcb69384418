/** What goes on beside answering: health is looked at while somebody watches, the metrics are made ready. */
import type { Feed } from './feed/feed.ts';
import type { ServerParts } from './parts.ts';
import type { MetricsBoard } from './reads/metrics.ts';

const HEALTH_MS = 30_000;
/** Behind the first page, which somebody is waiting for. */
const METRICS_AFTER_MS = 2_000;

export interface Watched {
  readonly feed: Pick<Feed, 'viewers'>;
  readonly metrics: MetricsBoard;
  readonly onHealth: () => void;
}

export function startWatching(parts: ServerParts, { feed, metrics, onHealth }: Watched): () => void {
  const { health, environments, log } = parts;
  health?.onChange(onHealth);
  const looking = setInterval(() => {
    if (feed.viewers.size > 0) for (const { name } of environments) health?.read(name);
  }, HEALTH_MS).unref();
  const warming = setTimeout(() => {
    metrics.advance().catch((error: unknown) => log(`the metrics cannot be read: ${String(error)}`));
  }, METRICS_AFTER_MS).unref();
  return () => {
    clearInterval(looking);
    clearTimeout(warming);
  };
}
