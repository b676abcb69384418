/** From the configuration of a store to where it is, its secrets read: part of the composition root. */
import type { StoreConfig } from './config/config.ts';
import type { StoreLocation } from './stores/open.ts';

/** @throws Problem SECRET_MISSING */
export function storeLocation(store: StoreConfig): StoreLocation {
  if (store.type === 'sqlite') return store;
  if (store.type === 'postgres') return { type: 'postgres', url: store.url.reveal() };
  const { access } = store;
  if (access.kind === 'cloud') {
    return { type: 'convex', access: { deployKey: access.deployKey.reveal(), provision: access.provision } };
  }
  return { type: 'convex', access: { url: access.url, adminKey: access.adminKey?.reveal() ?? '' } };
}
