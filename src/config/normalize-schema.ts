/** Written schemas into one form: absolute paths, null where there is none. */
import type { EnvironmentConfig } from './config.ts';
import type { WrittenSchema } from './shape-schema.ts';
import { absolute, type Surroundings } from './surroundings.ts';

export function normalizeSchema(written: WrittenSchema | undefined, around: Surroundings): EnvironmentConfig['schema'] {
  if (written === undefined || written === 'auto') return written ?? null;
  const place = (path: string | undefined) => (path === undefined ? null : absolute(around, path));
  const { convex, migrations, graphql, openapi } = written;
  return { convex: place(convex), migrations: place(migrations), graphql: place(graphql), openapi: place(openapi) };
}
