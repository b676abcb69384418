/** What may stand under a target of type `convex`. */
import { z } from 'zod';
import { duration, secretReference, timespan, variableName } from '../util/written.ts';
import { DEFAULTS } from './defaults.ts';

const address = z.url({ protocol: /^https?$/, error: 'expected an address that starts with https:// or http://' });

const access = {
  deployKey: secretReference
    .optional()
    .meta({ description: 'Deploy key of one cloud deployment (production, development or preview).' }),
  url: address.optional().meta({ description: 'Address of a self-hosted deployment, with `adminKey`.' }),
  adminKey: secretReference.optional().meta({ description: 'Admin key of a self-hosted deployment.' }),
};

const scratch = z.strictObject(access);

const data = z.union([
  z.boolean(),
  z.strictObject({
    storage: z.boolean().optional().meta({ description: 'Files of Convex storage are part of it.', default: true }),
    scratch: scratch
      .optional()
      .meta({ description: 'A deployment whose data may be lost: `belay snapshot verify` restores to it.' }),
    expire: timespan.optional().meta({
      description:
        'A snapshot older than this is removed after the next deployment: `30d`. Without it none is, by itself.',
    }),
  }),
]);

export const convexShape = z
  .strictObject({
    type: z.literal('convex'),
    ...access,
    provision: address
      .optional()
      .meta({ description: 'Where deploy keys are known.', default: DEFAULTS.convex.provision }),
    source: z
      .union([
        z.string().min(1),
        z.strictObject({
          directory: z.string().min(1).meta({ description: 'Folder that is released as it is.' }),
        }),
      ])
      .optional()
      .meta({
        description:
          'Git repository, or a folder in one: the one with `package.json` and `convex/`; or `{ directory }`.',
        default: DEFAULTS.source,
      }),
    install: z.string().min(1).optional().meta({
      description: 'Command that installs dependencies; the functions are bundled by the project’s own convex package.',
      default: DEFAULTS.convex.install,
    }),
    env: z
      .record(variableName, z.union([z.string(), z.number(), z.boolean(), secretReference]))
      .optional()
      .meta({ description: 'Variables for `install` and bundling; a value may be a secret.' }),
    limits: z
      .strictObject({
        install: duration
          .optional()
          .meta({ description: 'Longest time for `install`.', default: DEFAULTS.limits.install }),
        build: duration.optional().meta({ description: 'Longest time for bundling.', default: DEFAULTS.limits.build }),
      })
      .optional()
      .meta({ description: 'Time limits.' }),
    keep: z
      .int()
      .min(2)
      .max(100)
      .optional()
      .meta({ description: 'Releases kept to go back to.', default: DEFAULTS.keep }),
    data: data.optional().meta({
      description: 'The documents belong to the deployment: exported before, and can be restored.',
      default: true,
    }),
  })
  .meta({ description: 'Functions, schema and data of a Convex deployment.' });

/** Under `store`, where it may be one deployment for all environments. */
export const convexStoreShape = z
  .strictObject({
    type: z.literal('convex'),
    ...access,
    provision: address
      .optional()
      .meta({ description: 'Where deploy keys are known.', default: DEFAULTS.convex.provision }),
  })
  .meta({ description: "Belay's component in a Convex deployment: for several machines, and for CI." });
