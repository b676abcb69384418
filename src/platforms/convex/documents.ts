/** Ids of the documents of a table, page by page, oldest first: what new documents refer to. */
import { Problem } from '../../core/errors.ts';
import type { ConvexClient } from './client.ts';

const PAGE = 1_000;

interface Page {
  readonly page: readonly { readonly _id: string; readonly _creationTime: number }[];
  readonly isDone: boolean;
  readonly continueCursor: string;
}

/** At most `limit` of them. @throws Problem DATA_FAILED, TARGET_UNREACHABLE */
export async function documentIds(
  client: ConvexClient,
  table: string,
  limit: number,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let cursor: string | null = null; ids.length < limit;) {
    const args = { table, order: 'asc', paginationOpts: { cursor, numItems: Math.min(PAGE, limit - ids.length) } };
    const answer = await client.call('query', '_system/cli/tableData', args, signal);
    const found = answer.value as Page | undefined;
    if (answer.status !== 'success' || !found) {
      throw new Problem('DATA_FAILED', `The deployment does not show the documents of ${table}`, {
        ...(answer.errorMessage === undefined ? {} : { why: answer.errorMessage }),
        retry: 'later',
      });
    }
    ids.push(...found.page.map(({ _id }) => _id));
    if (found.isDone) break;
    cursor = found.continueCursor;
  }
  return ids;
}
