/** The key `schema`: its two forms, and what is refused. */
import { expect, test } from 'vitest';
import { normalizeSchema } from './normalize-schema.ts';
import { schemaShape } from './shape-schema.ts';
import type { Surroundings } from './surroundings.ts';

const around = { directory: '/srv/shop' } as Surroundings;

test('without it nothing is compared; `auto` stays as it is; paths begin at the configuration file', () => {
  expect(normalizeSchema(undefined, around)).toBeNull();
  expect(normalizeSchema('auto', around)).toBe('auto');
  expect(normalizeSchema({ convex: 'apps/web', migrations: 'db/migrations/' }, around)).toEqual({
    convex: '/srv/shop/apps/web',
    migrations: '/srv/shop/db/migrations',
    graphql: null,
    openapi: null,
  });
});

test.each([[{}], ['all'], [{ prisma: 'x' }], [{ migrations: '' }]])('%j is refused', (written) => {
  expect(schemaShape.safeParse(written).success).toBe(false);
});
