/** The schema that a deployment runs: evaluated from the push request that is kept of its release, in a child process. */
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PushRequest } from '../platforms/convex/push-request.ts';
import { loadConvexSchema } from '../sources/convex-schema.ts';
import type { Exec } from '../util/exec.ts';

/** Parsed JSON of `schema.export()`; null where the release has no schema. @throws Problem SCHEMA_UNREADABLE, TIMEOUT */
export async function schemaOfPush(exec: Exec, request: PushRequest, signal: AbortSignal): Promise<unknown> {
  const { schema } = request.appDefinition;
  if (!schema) return null;
  const folder = await mkdtemp(join(tmpdir(), 'belay-live-schema-'));
  try {
    await mkdir(join(folder, 'convex'));
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    await writeFile(join(folder, 'convex/schema.js'), schema.source);
    return await loadConvexSchema({ exec, project: folder, signal });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
