/** Observations on the wire: thousands at once, so names are said once and keys not at all. */
import type { Observation, Observations } from '../routers/router.ts';

/** Release and client stand as places in `releases` and `clients`, -1 for no client; times count from `from`. */
type Row = readonly [at: number, release: number, status: number, ms: number, client: number];

export interface PackedObservations extends Omit<Observations, 'items'> {
  readonly from: number;
  readonly releases: readonly string[];
  readonly clients: readonly string[];
  readonly rows: readonly Row[];
}

/** Microseconds are kept; more digits are noise. */
const round = (ms: number) => Math.round(ms * 1_000) / 1_000;

export function packObservations({ items, ...rest }: Observations): PackedObservations {
  const from = items[0]?.at ?? 0;
  const releases = new Map<string, number>();
  const clients = new Map<string, number>();
  const place = (known: Map<string, number>, name: string) => {
    const at = known.get(name) ?? known.size;
    known.set(name, at);
    return at;
  };
  const rows = items.map(({ at, release, status, ms, client }): Row => {
    const who = client === null ? -1 : place(clients, client);
    return [round(at - from), place(releases, release), status, round(ms), who];
  });
  return { ...rest, from, releases: [...releases.keys()], clients: [...clients.keys()], rows };
}

export function unpackObservations({ from, releases, clients, rows, ...rest }: PackedObservations): Observations {
  const items = rows.map(([at, release, status, ms, client]): Observation => ({
    at: from + at,
    release: releases[release] ?? '',
    status,
    ms,
    client: clients[client] ?? null,
  }));
  return { ...rest, items };
}
