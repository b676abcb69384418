/** The body of start_push, evaluate_push and evaluate_schema. */
import { z } from 'zod';

const Module = z.object({
  path: z.string(),
  source: z.string(),
  sourceMap: z.string().nullish(),
  environment: z.enum(['isolate', 'node']),
});
const Hash = z.object({ path: z.string(), environment: z.enum(['isolate', 'node']), sha256: z.string() });

export const PushRequest = z.object({
  adminKey: z.string(),
  dryRun: z.boolean().default(false),
  functions: z.string().default('convex/'),
  appDefinition: z.object({
    definition: Module.nullish(),
    dependencies: z.array(z.string()).default([]),
    schema: Module.nullish(),
    changedModules: z.array(Module),
    unchangedModuleHashes: z.array(Hash).default([]),
    udfServerVersion: z.string(),
  }),
  componentDefinitions: z
    .array(
      z.object({
        definitionPath: z.string(),
        definition: Module,
        dependencies: z.array(z.string()).default([]),
        schema: Module.nullish(),
        functions: z.array(Module),
        udfServerVersion: z.string(),
      }),
    )
    .default([]),
  nodeDependencies: z.array(z.object({ name: z.string(), version: z.string() })).default([]),
  nodeVersion: z.string().nullish(),
});

export type PushRequest = z.infer<typeof PushRequest>;
export type PushedModule = z.infer<typeof Module>;
