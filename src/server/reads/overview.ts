/** The overview, made once for all who ask for it: an event sends every open page to fetch it at the same moment. */
import type { Overview } from '../api/overview.ts';
import { formatPositions } from '../feed/position.ts';
import type { ServerParts } from '../parts.ts';
import { environmentNames, readOverview } from './environments.ts';

/** For what is not in the journal and tells nobody: how long a lock has been silent. */
const LASTS_MS = 1_000;

export interface OverviewBoard {
  /** Never older than the journal is when it is asked. */
  read(): Promise<Overview>;
  /** Something that is not in the journal has changed. */
  forget(): void;
}

interface Kept {
  readonly position: string;
  readonly at: number;
  readonly overview: Promise<Overview>;
}

export function createOverviewBoard(parts: ServerParts): OverviewBoard {
  const { store, clock } = parts;
  let kept: Kept | null = null;

  async function position(): Promise<string> {
    const names = await environmentNames(parts);
    const heads = await Promise.all(names.map(async (name) => [name, (await store.head(name)).n] as const));
    return formatPositions(new Map(heads));
  }

  return {
    async read() {
      const now = await position();
      if (kept?.position === now && clock.now() - kept.at < LASTS_MS) return kept.overview;
      const mine: Kept = { position: now, at: clock.now(), overview: readOverview(parts) };
      kept = mine;
      return mine.overview.catch((error: unknown) => {
        if (kept === mine) kept = null;
        throw error;
      });
    },
    forget() {
      kept = null;
    },
  };
}
