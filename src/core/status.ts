/** What the record says is live, in one sentence. Takes no lock and writes nothing. */
import type { Store } from '../stores/store.ts';
import { lookWithin } from './observe.ts';
import { sameRef, short } from './release.ts';
import type { Environment, Runtime } from './runtime.ts';
import type { EnvironmentRow } from './views.ts';

export async function readEnvironmentRow(store: Store, environment: string): Promise<EnvironmentRow | null> {
  const [row] = await store.view('environments', { environment, key: environment, limit: 1 });
  return (row?.row as EnvironmentRow | undefined) ?? null;
}

function closing(row: EnvironmentRow): string {
  if (row.open) return `; deployment ${row.open} is under way or was left unfinished`;
  if (!row.attention) return '';
  return `; ${row.attention.state === 'paused' ? 'paused' : 'needs a person'}: ${row.attention.reason}`;
}

const second = (iso: string): string => `${iso.slice(0, 19).replace('T', ' ')}Z`;

/** What the record says; `how` tells how sure that is. */
export function liveSentence(row: EnvironmentRow | null, environment: string, how = 'by the record'): string {
  if (!row?.live) return `nothing has been deployed to ${environment} yet${row ? closing(row) : ''}`;
  const { release, source, at } = row.live;
  return `${release} (commit ${short(source.commit)}) on ${environment} since ${second(at)}, ${how}${closing(row)}`;
}

/** What is live, by the record alone: for when the targets cannot be asked. */
export async function describeLive(store: Store, environment: string): Promise<string> {
  return liveSentence(await readEnvironmentRow(store, environment), environment);
}

/** What is live, read from the targets themselves; where they differ from the record, both are told. */
export async function describeObserved(runtime: Runtime, environment: Environment): Promise<string> {
  // The failure that we are telling about may be the store's own.
  const row = await readEnvironmentRow(runtime.store, environment.name).catch(() => undefined);
  let asRecorded = true;
  const seen = await Promise.all(
    [...environment.targets].map(async ([name, target]) => {
      const expected = row?.live?.refs[name] ?? null;
      const live = await lookWithin(runtime, environment, name, (ctx) => target.live(ctx)).catch(() => undefined);
      if (live === undefined || !sameRef(live, expected)) asRecorded = false;
      return `${name}: ${live === undefined ? 'cannot tell' : (live?.id ?? 'nothing')}`;
    }),
  );
  if (row === undefined) return `${seen.join(', ')} (the record cannot be read)`;
  if (asRecorded) return liveSentence(row, environment.name, 'read back');
  return `${seen.join(', ')} (the record says ${row?.live?.release ?? 'nothing'})${row ? closing(row) : ''}`;
}
