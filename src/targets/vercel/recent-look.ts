/**
 * What production was seen to be a moment ago, by this very process: where nothing was asked of Vercel since, the same
 * question in the next breath costs no second request. Each look answers one question more, and no other.
 */
import type { Project } from './api-types.ts';
import type { Production } from './production.ts';
import type { VercelSetup } from './setup.ts';

/** About as long as an answer of Vercel may be on its way: what it tells is no younger. */
const FRESH_MS = 500;

export interface Look {
  readonly production: Production;
  readonly at: number;
  /** Requests of ours, by then, that change something. */
  readonly changes: number;
}

/** `before`: the look that an effect begins with. `after`: the one that has seen it take place, which reads it back. */
export type RecentLooks = Partial<Record<'before' | 'after', Look>>;

export function remember(setup: VercelSetup, which: keyof RecentLooks, production: Production): void {
  setup.recent[which] = { production, at: performance.now(), changes: setup.api.changes() };
}

/** Null where there is none, where it is too old, and where something was asked for since. */
export function recall({ recent, api }: VercelSetup, which: keyof RecentLooks): Production | null {
  const look = recent[which];
  delete recent[which];
  if (!look || look.changes !== api.changes() || performance.now() - look.at > FRESH_MS) return null;
  return look.production;
}

/** What the end of a move has shown; nothing where traffic may be shared, which takes more than this to tell. */
export function rememberMove(setup: VercelSetup, project: Project): void {
  if (project.rollingRelease || setup.options.edgeConfig) return;
  const live = project.paused ? null : (project.targets?.production ?? null);
  remember(setup, 'after', { project, live, split: null, rolling: null });
}
