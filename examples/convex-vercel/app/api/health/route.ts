/** What a health check asks: which commit answers, and whether it reaches its data. */
import { ConvexHttpClient } from 'convex/browser';
import { anyApi, type FunctionReference } from 'convex/server';

export const dynamic = 'force-dynamic';

const list = anyApi['tasks']?.['list'] as FunctionReference<'query', 'public', Record<string, never>, unknown[]>;

export async function GET(): Promise<Response> {
  const commit = process.env['VERCEL_GIT_COMMIT_SHA'] ?? 'unknown';
  try {
    const tasks = await new ConvexHttpClient(process.env['CONVEX_URL'] ?? '').query(list, {});
    return Response.json({ ok: true, commit, tasks: tasks.length });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return Response.json({ ok: false, commit, reason }, { status: 503 });
  }
}
