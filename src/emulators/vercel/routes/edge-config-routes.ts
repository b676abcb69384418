/** Edge configs: small values that every region reads. The SDK of 2026 calls them global configs. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Routes } from '../../http/routes.ts';
import type { EmulatorRequest } from '../../http/request.ts';
import { id } from '../ids.ts';
import { notFound, Refusal } from '../refusal.ts';
import type { EdgeConfig, World } from '../world.ts';
import { readBody, versions } from './read-body.ts';

const BASES = ['/v1/edge-config', '/v1/global-config'];
const Operation = z.object({
  operation: z.enum(['create', 'update', 'upsert', 'delete']),
  key: z.string().regex(/^[\w-]{1,256}$/),
  value: z.unknown().optional(),
});

export function edgeConfigRoutes(world: World): Routes {
  const one = ({ params }: EmulatorRequest) => {
    const found = world.edgeConfigs.get(params['config'] ?? '');
    if (!found) throw notFound('edge config');
    return found;
  };
  return {
    ...versions('GET', BASES, '', () => ({ json: [...world.edgeConfigs.values()].map((each) => show(world, each)) })),
    ...versions('POST', BASES, '', async (request) => {
      const { slug, items = {} } = await readBody(
        request,
        z.object({ slug: z.string(), items: z.record(z.string(), z.unknown()).optional() }),
      );
      const now = Date.now();
      const made: EdgeConfig = { id: id('ecfg_'), slug, createdAt: now, updatedAt: now, items: new Map() };
      for (const [key, value] of Object.entries(items)) made.items.set(key, { value, createdAt: now, updatedAt: now });
      world.edgeConfigs.set(made.id, made);
      return { status: 201, json: show(world, made) };
    }),
    ...versions('GET', BASES, '/:config', (request) => ({ json: show(world, one(request)) })),
    ...versions('GET', BASES, '/:config/items', (request) => ({
      json: [...one(request).items.keys()].map((key) => item(one(request), key)),
    })),
    ...versions('GET', BASES, '/:config/item/:key', (request) => ({
      json: item(one(request), request.params['key'] ?? ''),
    })),
    ...versions('PATCH', BASES, '/:config/items', async (request) => {
      const { items } = await readBody(request, z.object({ items: z.array(Operation) }));
      applyAll(one(request), items);
      return { json: { status: 'ok' } };
    }),
  };
}

/** All or nothing, as one change. */
function applyAll(config: EdgeConfig, operations: readonly z.infer<typeof Operation>[]): void {
  const next = new Map(config.items);
  const now = Date.now();
  for (const { operation, key, value } of operations) {
    const before = next.get(key);
    if (operation === 'create' && before) throw new Refusal(409, 'conflict', `The item "${key}" exists already.`);
    if ((operation === 'update' || operation === 'delete') && !before) throw notFound(`item "${key}"`);
    if (operation === 'delete') next.delete(key);
    else next.set(key, { value, createdAt: before?.createdAt ?? now, updatedAt: now });
  }
  config.items.clear();
  for (const [key, entry] of next) config.items.set(key, entry);
  config.updatedAt = now;
}

function item(config: EdgeConfig, key: string) {
  const found = config.items.get(key);
  if (!found) throw notFound('edge config item');
  return { key, edgeConfigId: config.id, ...found };
}

function show(world: World, { id: own, slug, createdAt, updatedAt, items }: EdgeConfig) {
  const text = JSON.stringify(Object.fromEntries([...items].map(([key, { value }]) => [key, value])));
  const digest = createHash('sha256').update(text).digest('hex');
  return {
    id: own,
    slug,
    createdAt,
    updatedAt,
    ownerId: world.team.id,
    digest,
    itemCount: items.size,
    sizeInBytes: text.length,
  };
}
