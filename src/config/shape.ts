/** What may stand in the configuration file: one shape for TypeScript, YAML and JSON. */
import { z } from 'zod';
import { healthShape } from '../checks/shape.ts';
import { duration, share } from '../util/written.ts';
import { DEFAULTS } from './defaults.ts';
import { convexStoreShape } from './shape-convex.ts';
import { dashboardShape } from './shape-dashboard.ts';
import { githubShape } from './shape-github.ts';
import { notifyShape } from './shape-notify.ts';
import { reviewShape } from './shape-review.ts';
import { schemaShape } from './shape-schema.ts';
import { strategyShape } from './shape-strategy.ts';
import { address, targetShape } from './shape-target.ts';

const store = z.discriminatedUnion('type', [
  z
    .strictObject({
      type: z.literal('sqlite'),
      path: z
        .string()
        .min(1)
        .optional()
        .meta({ description: 'File, relative to the configuration file.', default: DEFAULTS.storePath }),
    })
    .meta({ description: 'A file on this machine: for one machine that deploys.' }),
  z
    .strictObject({
      type: z.literal('postgres'),
      url: address.meta({ description: 'Address of the database; better a secret.' }),
    })
    .meta({ description: 'A Postgres database: for several machines, and for CI.' }),
  convexStoreShape,
]);

const trigger = z.discriminatedUnion('type', [
  z
    .strictObject({
      type: z.literal('error-rate'),
      above: share
        .optional()
        .meta({ description: 'Share of requests that failed.', default: DEFAULTS.errorRate.above }),
      window: duration
        .optional()
        .meta({ description: 'Time that is looked back over.', default: DEFAULTS.errorRate.window }),
      minRequests: z
        .int()
        .min(1)
        .optional()
        .meta({ description: 'Fewer requests in the window say nothing.', default: DEFAULTS.errorRate.minRequests }),
    })
    .meta({ description: 'Too many requests fail.' }),
  z
    .strictObject({
      type: z.literal('health'),
      failures: z
        .int()
        .min(1)
        .optional()
        .meta({ description: 'Failures in a row.', default: DEFAULTS.health.failures }),
      every: duration.optional().meta({ description: 'Time between looks.', default: DEFAULTS.health.every }),
    })
    .meta({ description: 'The probe or a check fails several times in a row.' }),
  z
    .strictObject({
      type: z.literal('crash-loop'),
      restarts: z
        .int()
        .min(1)
        .optional()
        .meta({ description: 'Times the process ended by itself.', default: DEFAULTS.crashLoop.restarts }),
    })
    .meta({ description: 'The process ends by itself again and again.' }),
]);

const triggers = z.array(trigger);
const check = z.union([z.string().min(1), healthShape]);

export const environmentShape = z.strictObject({
  extends: z
    .string()
    .optional()
    .meta({ description: 'Environment whose settings are taken over; what stands here wins, `null` removes.' }),
  targets: z
    .record(z.string(), targetShape)
    .optional()
    .meta({ description: 'What runs code, by name, in the order of activation.' }),
  strategy: strategyShape
    .optional()
    .meta({ description: 'How traffic moves to the new release.', default: DEFAULTS.strategy }),
  checks: z
    .union([check, z.array(check)])
    .optional()
    .meta({ description: 'Health checks: path of a health file, the checks themselves, or a list of both.' }),
  triggers: triggers.optional().meta({
    description: 'Conditions that start a rollback by themselves. Without it: all three, with their defaults.',
  }),
  bake: z
    .strictObject({
      time: duration
        .optional()
        .meta({ description: 'How long the new release is watched after the commit.', default: DEFAULTS.bake }),
      triggers: triggers
        .optional()
        .meta({ description: 'Triggers for this time, instead of those of the environment.' }),
    })
    .optional()
    .meta({ description: 'Watching after the commit.' }),
  lock: z
    .strictObject({
      ttl: duration
        .optional()
        .meta({ description: 'A holder that is silent for this long may be replaced.', default: DEFAULTS.lock.ttl }),
      wait: duration
        .optional()
        .meta({ description: 'How long to wait for another deployment to end.', default: DEFAULTS.lock.wait }),
    })
    .optional()
    .meta({ description: 'The lock of the environment.' }),
  schema: schemaShape.optional().meta({
    description:
      'Schemas and migrations that are compared with the live release before anything ships; `auto` finds them as `belay schema check` does. Without it nothing is compared.',
  }),
});

export const configShape = z.strictObject({
  $schema: z.string().optional().meta({ description: 'For editors; Belay does not read it.' }),
  app: z.string({ error: 'expected the name of the application' }).meta({ description: 'Name of the application.' }),
  store: store.optional().meta({
    description: 'Where the journal is kept. `BELAY_STORE` wins over it.',
    default: { type: 'sqlite', path: DEFAULTS.storePath },
  }),
  github: githubShape.optional().meta({
    description:
      'Where deployments and their statuses are posted. Without it: where `GITHUB_TOKEN` and `GITHUB_REPOSITORY` say.',
  }),
  notify: notifyShape.optional().meta({ description: 'Who is told of what happens, and how.' }),
  dashboard: dashboardShape
    .optional()
    .meta({ description: 'Who may sign in to `belay dashboard`, and where it is reached.' }),
  review: reviewShape.optional().meta({
    description: 'Limits beyond which `belay metrics` and the dashboard say which practice to look at again, and why.',
  }),
  defaults: environmentShape
    .omit({ extends: true })
    .optional()
    .meta({ description: 'Settings of every environment, unless it has its own.' }),
  environments: z
    .record(z.string(), environmentShape, { error: 'expected the environments by name' })
    .meta({ description: 'What can be deployed to, by name.' }),
});

export type WrittenConfig = z.input<typeof configShape>;
export type WrittenEnvironment = z.input<typeof environmentShape>;
