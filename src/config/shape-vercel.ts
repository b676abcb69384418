/** What may stand under a target of type `vercel`. */
import { z } from 'zod';
import { duration, secretReference } from '../util/written.ts';
import { DEFAULTS } from './defaults.ts';

const name = z.string().min(1);

const probe = z.strictObject({
  path: z
    .string()
    .startsWith('/', 'must start with "/"')
    .optional()
    .meta({ description: 'Answers 2xx or 3xx when the release is ready.', default: DEFAULTS.vercel.probe.path }),
  limit: duration.optional().meta({ description: 'Longest time for one look.', default: DEFAULTS.vercel.probe.limit }),
});

const edgeConfig = z.strictObject({
  id: z
    .string()
    .regex(/^ecfg_/, 'starts with "ecfg_"')
    .meta({ description: 'Id of the Edge Config.' }),
  key: z
    .string()
    .regex(/^[\w-]{1,256}$/, 'letters, digits, "_" and "-"')
    .optional()
    .meta({ description: 'Item that the middleware reads.', default: DEFAULTS.vercel.edgeConfigKey }),
});

export const vercelShape = z
  .strictObject({
    type: z.literal('vercel'),
    project: name.meta({ description: 'Name or id of the Vercel project.' }),
    team: name.optional().meta({ description: 'Slug or id of the team that it belongs to.' }),
    token: secretReference.meta({ description: 'Vercel access token.' }),
    api: z
      .url({ protocol: /^https?$/, error: 'expected an address that starts with https:// or http://' })
      .optional()
      .meta({ description: 'Where the API of Vercel is.', default: DEFAULTS.vercel.api }),
    source: z
      .union([name, z.strictObject({ directory: name.meta({ description: 'Folder that is released as it is.' }) })])
      .optional()
      .meta({
        description: 'Git repository, or a folder in one that is shipped alone; or `{ directory }`.',
        default: DEFAULTS.source,
      }),
    root: name.optional().meta({ description: 'Folder in the source that is shipped, where it is not all of it.' }),
    deploy: z.enum(['files', 'prebuilt', 'git']).optional().meta({
      description: 'Upload the source, upload what `build` makes of it here, or let Vercel fetch the commit.',
      default: DEFAULTS.vercel.deploy,
    }),
    build: name
      .optional()
      .meta({ description: 'Command that leaves `.vercel/output`, for `prebuilt`.', default: DEFAULTS.vercel.build }),
    limits: z
      .strictObject({
        build: duration.optional().meta({ description: 'Longest time for `build`.', default: DEFAULTS.limits.build }),
      })
      .optional()
      .meta({ description: 'Time limits.' }),
    bypass: secretReference
      .optional()
      .meta({ description: 'Protection Bypass for Automation, where deployments ask for a login.' }),
    probe: probe.optional().meta({ description: 'How to see that a release is ready.' }),
    regions: z
      .array(name)
      .min(1)
      .optional()
      .meta({ description: 'Where its functions must run; those of the project otherwise.' }),
    edgeConfig: edgeConfig.optional().meta({
      description: 'Shares a canary by a middleware that reads this, for plans without rolling releases.',
    }),
  })
  .meta({ description: 'A project on Vercel.' });
