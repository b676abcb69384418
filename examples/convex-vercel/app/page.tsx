/** The list of tasks, read from Convex for each request. */
import { ConvexHttpClient } from 'convex/browser';
import { anyApi } from 'convex/server';

export const dynamic = 'force-dynamic';

interface Task {
  readonly _id: string;
  readonly title: string;
  readonly done: boolean;
  readonly owner: string | null;
}

export default async function Page() {
  const convex = new ConvexHttpClient(process.env['CONVEX_URL'] ?? '');
  const tasks: Task[] = await convex.query(anyApi['tasks']!['list']!, {});
  return (
    <main>
      <h1>Tasks</h1>
      <ul>
        {tasks.map(({ _id, title, done, owner }) => (
          <li key={_id}>
            {done ? '☑' : '☐'} {title} {owner === null ? '' : `(${owner})`}
          </li>
        ))}
      </ul>
      <footer>{process.env['VERCEL_GIT_COMMIT_SHA'] ?? 'unknown'}</footer>
    </main>
  );
}
