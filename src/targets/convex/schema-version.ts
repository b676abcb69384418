/** Which schema a push brings, by the same rule as `belayctl/convex` tells it from inside the deployment. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { versionOfExport } from '../../convex/schema-version.ts';
import type { PushRequest } from '../../platforms/convex/push-request.ts';
import type { TargetContext } from '../target.ts';
import type { ConvexSetup } from './options.ts';

const LIMIT_MS = 30_000;
const EXPORT = 'import(process.argv[1]).then((module) => process.stdout.write(module.default.export()))';

/** Evaluated in a process of its own, like all code of the application. Null: there is none, or it cannot be told. */
export async function schemaVersionOf(
  ctx: TargetContext,
  { home }: ConvexSetup,
  { appDefinition: { schema } }: PushRequest,
): Promise<string | null> {
  if (!schema) return null;
  const folder = join(home, 'schemas');
  const file = join(folder, `${ctx.deployment.replaceAll(/[^\w-]/g, '')}.mjs`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(file, schema.source, { mode: 0o600 });
  try {
    const argv = ['node', '--input-type=module', '-e', EXPORT, pathToFileURL(file).href] as const;
    const { code, stdout } = await ctx.exec(argv, { limitMs: LIMIT_MS, signal: ctx.signal });
    return code === 0 ? await versionOfExport(stdout) : null;
  } finally {
    await rm(file, { force: true });
  }
}
