/** Options of the target `convex`: validated, secrets resolved, durations in milliseconds. */
import type { ConvexClient } from '../../platforms/convex/client.ts';
import type { Artefacts } from '../../stores/store.ts';
import type { Target } from '../target.ts';
import type { CheckoutSource, InstallOptions } from '../checkout/checkout.ts';

export interface ConvexOptions extends InstallOptions {
  readonly source: CheckoutSource;
  readonly buildLimitMs: number;
  /** Releases kept to go back to. */
  readonly keep: number;
}

/** Everything the target needs from the composition root. */
export interface ConvexSetup {
  readonly name: string;
  /** Folder of this target alone, for checkouts. */
  readonly home: string;
  /** Begins the names of its artefacts. */
  readonly scope: string;
  readonly options: ConvexOptions;
  readonly client: () => Promise<ConvexClient>;
  /** The deployment runs on this machine: nothing is long on its way. */
  readonly isHere: boolean;
  /** Belay's own record is in this very deployment: it must stay there, and must not be paused. */
  readonly holdsStore: boolean;
  readonly artefacts: Artefacts;
  readonly data?: NonNullable<Target['data']>;
}
