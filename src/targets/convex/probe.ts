/** One look: whether the deployment answers, and whether the live functions were built with the schema of their release. */
import { Problem } from '../../core/errors.ts';
import type { ReleaseRef } from '../../core/release.ts';
import type { Probe, TargetContext } from '../target.ts';
import { liveRelease } from './live-release.ts';
import type { ConvexSetup } from './options.ts';

/** Where an application tells it: three lines of its own (docs/convex-component.md). */
const SCHEMA_VERSION = 'system:getSchemaVersion';

export async function probeRelease(ctx: TargetContext, setup: ConvexSetup, release: ReleaseRef): Promise<Probe> {
  const client = await setup.client();
  const { url } = client;
  try {
    await client.version(ctx.signal);
    const wrong = await schemaMismatch(ctx, setup, release);
    return wrong === null ? { healthy: true, url } : { healthy: false, url, reason: wrong };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { healthy: false, url, reason: error.why ?? error.message };
  }
}

/** Null where it matches, where the application does not tell, and while another release is live. */
async function schemaMismatch(ctx: TargetContext, setup: ConvexSetup, release: ReleaseRef): Promise<string | null> {
  const wanted = release['schemaVersion'];
  if (wanted === undefined) return null;
  const { status, value } = await (await setup.client()).call('query', SCHEMA_VERSION, {}, ctx.signal);
  if (status !== 'success' || typeof value !== 'string' || value === wanted) return null;
  if ((await liveRelease(setup, ctx.signal))?.id !== release.id) return null;
  return `schema version mismatch: ${SCHEMA_VERSION} tells ${value}, ${release.id} was built with ${wanted}`;
}
