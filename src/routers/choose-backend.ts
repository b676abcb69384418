/** Decides which release answers a request: the override header first, then the client's bucket against the shares. */
import type { Backend, RouteTable } from './router.ts';

export const BUCKETS = 10_000;

export type Choice =
  /** `bucket` is what decided, while traffic is split: the client's own, or a new one to give to it. */
  | { readonly backend: Backend; readonly bucket: number | null }
  | { readonly backend: null; readonly why: 'nothing-live' | 'unknown-release' };

export interface Client {
  /** Value of the `x-belay-release` header. */
  readonly override: string | null;
  /** From the bucket cookie. */
  readonly bucket: number | null;
}

/** The release that the word `candidate` means: the newest one that does not have the largest share. */
export function candidateOf(table: RouteTable): Backend | undefined {
  const share = (backend: Backend) => table.shares[backend.release] ?? 0;
  const largest = table.backends.reduce<Backend | null>(
    (best, backend) => (share(backend) > (best ? share(best) : 0) ? backend : best),
    null,
  );
  return table.backends.findLast((backend) => backend !== largest);
}

/**
 * Cumulative shares in the order of the table. A candidate stands behind the stable release, so
 * growing its share only adds clients to it, and share 0 moves every one of them back.
 * @param draw a bucket for a client that has none
 */
export function chooseBackend(table: RouteTable, client: Client, draw: () => number): Choice {
  if (client.override !== null) {
    const wanted =
      client.override === 'candidate'
        ? candidateOf(table)
        : table.backends.find((backend) => backend.release === client.override);
    return wanted ? { backend: wanted, bucket: null } : { backend: null, why: 'unknown-release' };
  }
  const sharing = table.backends.filter((backend) => (table.shares[backend.release] ?? 0) > 0);
  const last = sharing.at(-1);
  if (!last) return { backend: null, why: 'nothing-live' };
  if (sharing.length === 1) return { backend: last, bucket: null };
  const bucket = client.bucket ?? draw();
  const position = (bucket + 0.5) / BUCKETS;
  let reached = 0;
  for (const backend of sharing) {
    reached += table.shares[backend.release] ?? 0;
    if (position < reached) return { backend, bucket };
  }
  // Shares that sum to a rounding error below 1.
  return { backend: last, bucket };
}
