/** A written store into its one form; apart from the rest, because read-only commands need nothing else. */
import type { StoreConfig } from './config.ts';
import { DEFAULTS } from './defaults.ts';
import { normalizeAccess } from './normalize-convex.ts';
import { absolute, type Surroundings, toSecret } from './surroundings.ts';
import type { WrittenConfig } from './shape.ts';

export function normalizeStore(written: WrittenConfig['store'], around: Surroundings): StoreConfig {
  if (written?.type === 'postgres') return { type: 'postgres', url: toSecret(written.url, 'store.url', around) };
  if (written?.type === 'convex') {
    const provision = written.provision ?? DEFAULTS.convex.provision;
    return { type: 'convex', access: normalizeAccess(written, 'store', provision, around) };
  }
  return { type: 'sqlite', path: absolute(around, written?.path ?? DEFAULTS.storePath) };
}
