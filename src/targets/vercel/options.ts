/** Options of the target `vercel`, as the configuration hands them over: validated, secrets resolved, milliseconds. */
import type { Artefacts } from '../../stores/store.ts';
import type { Exec } from '../../util/exec.ts';
import type { CheckoutSource } from '../checkout/checkout.ts';

/** How a release gets to Vercel: its source to be built there, the output of a build here, or a commit that Vercel fetches. */
export type VercelHow = 'files' | 'prebuilt' | 'git';

export interface VercelOptions {
  readonly name: string;
  /** Id (`prj_…`) or name. */
  readonly project: string;
  /** Id (`team_…`) or slug; absent: the account of the token itself. */
  readonly team?: string;
  readonly token: string;
  readonly api: string;
  readonly source: CheckoutSource;
  /** Folder in the source that is shipped, where it is not the whole of it. */
  readonly root?: string;
  readonly how: VercelHow;
  /** For `prebuilt`: run by `sh -c` in the checked out source; leaves `.vercel/output`. */
  readonly build: string;
  readonly buildLimitMs: number;
  /** Secret of the project's protection bypass for automation. */
  readonly bypass?: string;
  readonly probe: { readonly path: string; readonly limitMs: number };
  /** Where the release's functions must run. */
  readonly regions?: readonly string[];
  /** Shares of a canary in order, as fractions: the stages of its rolling release. */
  readonly stages?: readonly number[];
  /** Where given, a canary is split by a middleware that reads this item, not by a rolling release. */
  readonly edgeConfig?: { readonly id: string; readonly key: string };
  /** Folder of this target alone. */
  readonly home: string;
  /** What must be remembered between two processes, possibly on two machines; `scope` begins our names in it. */
  readonly artefacts: Artefacts;
  readonly scope: string;
  readonly exec: Exec;
}

/** What is used where the configuration says nothing. */
export const VERCEL_DEFAULTS = {
  api: 'https://api.vercel.com',
  how: 'files',
  // Without `pull`, variables that the build bakes in would silently be missing.
  build: 'npx vercel pull --yes --environment=production && npx vercel build --prod',
  buildLimitMs: 15 * 60_000,
  probe: { path: '/', limitMs: 10_000 },
  edgeConfigKey: 'belay',
} as const;
