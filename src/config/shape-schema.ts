/** What may stand under `schema`: what is compared with the live release before anything ships. */
import { z } from 'zod';

const path = z.string().min(1);

const paths = z
  .strictObject({
    convex: path.optional().meta({ description: 'Folder of the Convex project, the one with `package.json`.' }),
    migrations: path.optional().meta({ description: 'Folder of SQL migrations, for Postgres.' }),
    graphql: path.optional().meta({ description: "File in GraphQL's schema language." }),
    openapi: path.optional().meta({ description: 'OpenAPI 3 description, JSON or YAML.' }),
  })
  .refine((written) => Object.keys(written).length > 0, 'names nothing to compare; "auto" finds it by itself')
  .meta({ description: 'By paths, relative to the configuration file, inside of the repository.' });

export const schemaShape = z.union([z.literal('auto'), paths]);

export type WrittenSchema = z.input<typeof schemaShape>;
