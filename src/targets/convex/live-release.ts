/** What serves now: told by the marker, and by the hash of every other module. */
import { createHash } from 'node:crypto';
import type { ReleaseRef } from '../../core/release.ts';
import { differences, releaseOf } from '../../platforms/convex/push-request.ts';
import { readKept, readPush, refOf } from './kept-releases.ts';
import type { ConvexSetup } from './options.ts';

/** A release of which some module is another one by now gets a name of its own: `changed-…`. */
export async function liveRelease(setup: ConvexSetup, signal: AbortSignal): Promise<ReleaseRef | null> {
  const client = await setup.client();
  const modules = await client.modules(signal);
  const id = releaseOf(modules);
  if (id === null) return null;
  const kept = await readKept(setup, id);
  const push = kept && (await readPush(setup, id));
  const wrong = push ? differences(push, modules) : [];
  if (wrong.length > 0) {
    const digest = createHash('sha256').update(JSON.stringify(wrong)).digest('hex').slice(0, 12);
    return { id: `changed-${digest}`, url: client.url, differs: wrong.slice(0, 5).join(', ') };
  }
  return kept ? refOf(kept, client.url) : { id, url: client.url };
}
