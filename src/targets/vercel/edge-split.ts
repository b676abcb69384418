/** Shares of traffic as an Edge Config item, for plans without rolling releases: a middleware in the application reads it. */
import { Problem } from '../../core/errors.ts';
import type { DeploymentBrief } from './api-types.ts';
import type { Split } from './production.ts';
import { urlOf, type VercelSetup } from './setup.ts';

/** What the middleware reads (`middleware.ts`). */
export interface EdgeItem {
  /** Deployment id. */
  readonly candidate: string;
  readonly url: string;
  /** 0 to 100. */
  readonly percentage: number;
}

/** Null where no Edge Config is configured, or everybody gets what production runs. */
export async function readEdgeSplit(
  { options, api }: VercelSetup,
  stable: DeploymentBrief | null,
  signal: AbortSignal,
): Promise<Split | null> {
  if (!options.edgeConfig || !stable) return null;
  const { id, key } = options.edgeConfig;
  const item = await api.edgeItem<EdgeItem>(id, key, signal);
  // Of the candidate that has become production, the item says nothing any more.
  if (!item || item.percentage <= 0 || item.candidate === stable.id) return null;
  const candidate: DeploymentBrief = { id: item.candidate, url: new URL(item.url).host, readyState: 'READY' };
  return { by: 'edge-config', stable, candidate, share: item.percentage / 100 };
}

/** Share 0 to 1; null: everybody gets what production runs. Read back before it is believed. */
export async function writeEdgeSplit(
  setup: VercelSetup,
  split: { readonly candidate: DeploymentBrief; readonly share: number } | null,
  signal: AbortSignal,
): Promise<void> {
  const { options, api } = setup;
  if (!options.edgeConfig) return;
  const { id, key } = options.edgeConfig;
  const item: EdgeItem | null = split && {
    candidate: split.candidate.id,
    url: urlOf(setup, split.candidate.url),
    percentage: Math.round(split.share * 10_000) / 100,
  };
  await api.setEdgeItem(id, key, item, signal);
  const read = await api.edgeItem<EdgeItem>(id, key, signal);
  if ((read?.percentage ?? 0) === (item?.percentage ?? 0) && (read?.candidate ?? null) === (item?.candidate ?? null))
    return;
  throw new Problem('TARGET_FAILED', 'The Edge Config did not take the shares', {
    why: `${key} of ${id} says ${JSON.stringify(read)}`,
    next: 'belay status',
    retry: 'later',
  });
}
