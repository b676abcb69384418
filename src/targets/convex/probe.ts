/** One look: whether the deployment answers, and whether the live functions were built with the schema of their release. */
import { Problem } from '../../core/errors.ts';
import type { ReleaseRef } from '../../core/release.ts';
import type { Probe, SchemaMismatch, TargetContext } from '../target.ts';
import { liveRelease } from './live-release.ts';
import type { ConvexSetup } from './options.ts';

/** Where an application tells it: three lines of its own (docs/convex-component.md). */
const SCHEMA_VERSION = 'system:getSchemaVersion';

export async function probeRelease(ctx: TargetContext, setup: ConvexSetup, release: ReleaseRef): Promise<Probe> {
  const client = await setup.client();
  const { url } = client;
  try {
    const schema = await schemaMismatch(ctx, setup, release);
    if (!schema) return { healthy: true, url };
    const { saw, expected, check } = schema;
    const reason = `schema version mismatch: ${check} tells ${saw}, ${release.id} was built with ${expected}`;
    return { healthy: false, url, reason, schema };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { healthy: false, url, reason: error.why ?? error.message };
  }
}

/**
 * Asks the application, or, where its release has no schema, only whether anybody is there: an answer of either is one.
 * Null where it matches, where the application does not tell, and while another release is live.
 */
async function schemaMismatch(
  ctx: TargetContext,
  setup: ConvexSetup,
  release: ReleaseRef,
): Promise<SchemaMismatch | null> {
  const { schemaVersion: wanted } = release;
  if (typeof wanted !== 'string') {
    await (await setup.client()).version(ctx.signal);
    return null;
  }
  const { status, value } = await (await setup.client()).call('query', SCHEMA_VERSION, {}, ctx.signal);
  if (status !== 'success' || typeof value !== 'string' || value === wanted) return null;
  if ((await liveRelease(setup, ctx.signal))?.id !== release.id) return null;
  return { expected: wanted, saw: value, check: SCHEMA_VERSION };
}
