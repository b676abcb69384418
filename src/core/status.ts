/** What the record says is live, in one sentence. Takes no lock and writes nothing. */
import type { Store } from '../stores/store.ts';
import { short } from './release.ts';
import type { EnvironmentRow } from './views.ts';

export async function readEnvironmentRow(store: Store, environment: string): Promise<EnvironmentRow | null> {
  const [row] = await store.view('environments', { environment, key: environment, limit: 1 });
  return (row?.row as EnvironmentRow | undefined) ?? null;
}

export function liveSentence(row: EnvironmentRow | null, environment: string): string {
  if (!row?.live) return `nothing has been deployed to ${environment} yet`;
  const { release, source, at } = row.live;
  const closing = row.open
    ? `; deployment ${row.open} is under way or was left unfinished`
    : row.attention
      ? `; ${row.attention.state === 'paused' ? 'paused' : 'needs a person'}: ${row.attention.reason}`
      : '';
  return `${release} (commit ${short(source.commit)}) on ${environment} since ${at}, by the record${closing}`;
}

export async function describeLive(store: Store, environment: string): Promise<string> {
  return liveSentence(await readEnvironmentRow(store, environment), environment);
}
