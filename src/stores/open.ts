/** Opens the store that is configured, loading only the driver that it needs. */
import type { ConvexAccess } from '../platforms/convex/deployment.ts';
import type { Store, Views } from './store.ts';

/** Where the journal is. The address of a Postgres store may hold a password, access to Convex holds a key: never shown. */
export type StoreLocation =
  | { readonly type: 'sqlite'; readonly path: string }
  | { readonly type: 'postgres'; readonly url: string }
  | { readonly type: 'convex'; readonly access: ConvexAccess };

export interface OpenStore {
  readonly location: StoreLocation;
  readonly views: Views;
  readonly clean?: (text: string) => string;
  readonly ci: boolean;
  readonly allowInCi: boolean;
}

export async function openStore({ location, ...options }: OpenStore): Promise<Store> {
  if (location.type === 'postgres') {
    const { openPostgres } = await import('./postgres.ts');
    return openPostgres({ ...options, url: location.url });
  }
  if (location.type === 'convex') {
    const { openConvex } = await import('./convex/convex.ts');
    return openConvex({ ...options, access: location.access });
  }
  const { openSqlite } = await import('./sqlite.ts');
  return openSqlite({ ...options, path: location.path });
}
