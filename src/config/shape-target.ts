/** What may stand under `targets`. */
import { z } from 'zod';
import type { Target } from '../targets/target.ts';
import { duration, secretReference, timespan, variableName } from '../util/written.ts';
import { DEFAULTS } from './defaults.ts';
import { convexShape } from './shape-convex.ts';
import { vercelShape } from './shape-vercel.ts';
import { isCustomTarget } from './custom-target.ts';

const path = z.string().min(1);
const port = z.int().min(1).max(65_535);
const address = z.union([
  z.string().regex(/^postgres(ql)?:\/\//, 'expected an address that starts with postgres://'),
  secretReference,
]);

const source = z.union([
  path,
  z.strictObject({ directory: path.meta({ description: 'Folder that is released as it is.' }) }),
]);

const expire = timespan.optional().meta({
  description: 'A snapshot older than this is removed after the next deployment: `30d`. Without it none is, by itself.',
});

const data = z.discriminatedUnion('type', [
  z
    .strictObject({
      type: z.literal('directory'),
      path: path.meta({ description: 'Folder, relative to the configuration file.' }),
      expire,
    })
    .meta({ description: 'A folder of files.' }),
  z
    .strictObject({
      type: z.literal('sqlite'),
      files: z.array(path).min(1).meta({ description: 'Database files, relative to the configuration file.' }),
      expire,
    })
    .meta({ description: 'SQLite databases.' }),
  z
    .strictObject({
      type: z.literal('postgres'),
      url: address.meta({ description: 'Address of the database; better a secret.' }),
      method: z.enum(['dump', 'template']).optional().meta({
        description: 'Snapshot by pg_dump, or as a copy inside the server (fast, same disk).',
        default: DEFAULTS.method,
      }),
      expire,
    })
    .meta({ description: 'A Postgres database.' }),
]);

const probe = z.strictObject({
  path: z
    .string()
    .startsWith('/', 'must start with "/"')
    .optional()
    .meta({ description: 'Answers 2xx when the release is ready.', default: DEFAULTS.probe.path }),
  limit: duration.optional().meta({ description: 'Longest time for one look.', default: DEFAULTS.probe.limit }),
});

const limits = z.strictObject({
  install: duration.optional().meta({ description: 'Longest time for `install`.', default: DEFAULTS.limits.install }),
  build: duration.optional().meta({ description: 'Longest time for `build`.', default: DEFAULTS.limits.build }),
  start: duration.optional().meta({ description: 'Longest time from start to ready.', default: DEFAULTS.limits.start }),
});

const drain = z.strictObject({
  requests: duration.optional().meta({
    description: 'Open requests of the old release may take this long to end.',
    default: DEFAULTS.drain.requests,
  }),
  streams: duration.optional().meta({
    description: 'Open WebSockets and event streams may take this long to end.',
    default: DEFAULTS.drain.streams,
  }),
  kill: duration.optional().meta({ description: 'From SIGTERM to SIGKILL.', default: DEFAULTS.drain.kill }),
});

const beside = z.strictObject({
  configs: z.array(path).min(1).meta({
    description: 'Its own configuration files, in the order in which it loads them; none of them is changed.',
  }),
  socket: path.meta({ description: 'Its `stats socket`, of level admin.' }),
});

const router = z.union([
  z.enum(['embedded', 'haproxy']),
  z
    .strictObject({
      type: z.literal('haproxy'),
      program: path.optional().meta({ description: 'Path of HAProxy, where it is not found by itself.' }),
      beside: beside.optional().meta({ description: 'A HAProxy that you run for other things as well.' }),
    })
    .meta({ description: 'HAProxy 2.6 or newer, started and driven by Belay unless it stands beside one of yours.' }),
]);

const local = z
  .strictObject({
    type: z.literal('local'),
    source: source
      .optional()
      .meta({ description: 'Git repository to release a commit of, or `{ directory }`.', default: DEFAULTS.source }),
    install: z.string().min(1).optional().meta({ description: 'Command that installs dependencies, before `build`.' }),
    build: z.string().min(1).optional().meta({ description: 'Command that builds the release.' }),
    start: z.string({ error: 'expected the command that starts the application' }).min(1).meta({
      description: 'Command that starts the application; it listens on the port in PORT.',
    }),
    port: port.meta({ description: 'Public port; Belay listens here and passes requests on.' }),
    host: z.string().min(1).optional().meta({ description: 'Address to listen on.', default: DEFAULTS.host }),
    router: router.optional().meta({
      description: 'Who splits the traffic: Belay itself, or HAProxy for more of it than one process carries.',
      default: DEFAULTS.router,
    }),
    env: z
      .record(variableName, z.union([z.string(), z.number(), z.boolean(), secretReference]))
      .optional()
      .meta({ description: 'Variables for install, build and start; a value may be a secret.' }),
    passEnv: z.array(variableName).optional().meta({
      description:
        'Names of variables of the deploying shell that are handed on as well. Only PATH, HOME, locale, proxies and the like are otherwise.',
      default: [],
    }),
    probe: probe.optional().meta({ description: 'How to see that a release is ready.' }),
    limits: limits.optional().meta({ description: 'Time limits.' }),
    drain: drain.optional().meta({ description: 'How the old release is let go.' }),
    hold: duration
      .optional()
      .meta({ description: 'Longest time that requests wait while releases are exchanged.', default: DEFAULTS.hold }),
    keep: z
      .int()
      .min(2)
      .max(100)
      .optional()
      .meta({ description: 'Releases kept on disk to go back to.', default: DEFAULTS.keep }),
    standby: z.boolean().optional().meta({
      description: 'Keep the previous release running, for an instant way back. Not with `recreate`.',
      default: true,
    }),
    data: data
      .optional()
      .meta({ description: 'Data that belongs to the deployment: it is snapshotted before, and can be restored.' }),
  })
  .meta({ description: 'A process on this machine, behind a router.' });

const noop = z
  .strictObject({
    type: z.literal('noop'),
    fail: z
      .enum(['stage', 'activate', 'probe'])
      .optional()
      .meta({ description: 'Fail at this point, to rehearse a failure.' }),
  })
  .meta({ description: 'Does nothing: for trying things out.' });

export const writtenTarget = z.discriminatedUnion('type', [local, convexShape, vercelShape, noop]);

/** Targets of the user's own pass through untouched; their keys are theirs. */
export const targetShape = z.union([
  writtenTarget,
  z.custom<Target>(isCustomTarget, { error: 'a target of your own', params: { anotherKind: true } }),
]);

export { address };
