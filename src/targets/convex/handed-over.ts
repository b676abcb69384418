/** The push request that another environment runs, handed over to this one: what was tested there is pushed here. */
import type { PushRequest } from '../../platforms/convex/push-request.ts';
import { readPush } from './kept-releases.ts';
import type { ConvexSetup } from './options.ts';

interface Note {
  readonly id: string;
  readonly commit: string;
  /** The environment that it comes from, and where that keeps it in the same store. */
  readonly from: string;
  readonly scope: string;
}

export interface Tested extends Pick<Note, 'id' | 'from'> {
  readonly request: PushRequest;
}

/** No record of a release: those end with `.json`. */
const nameOf = ({ scope }: ConvexSetup) => `${scope}handed-over`;

/** @returns false when the push request is not kept there: it is bundled again then */
export async function handOver(
  { setup: from, environment }: { readonly setup: ConvexSetup; readonly environment: string },
  to: ConvexSetup,
  { id, commit }: Pick<Note, 'id' | 'commit'>,
): Promise<boolean> {
  if (!(await readPush(from, id))) return false;
  const note: Note = { id, commit, from: environment, scope: from.scope };
  await to.artefacts.put(nameOf(to), Buffer.from(JSON.stringify(note)));
  return true;
}

/** What was handed over for exactly this commit. */
export async function handedOver(setup: ConvexSetup, commit: string): Promise<Tested | null> {
  const bytes = await setup.artefacts.get(nameOf(setup));
  if (!bytes) return null;
  const note = JSON.parse(Buffer.from(bytes).toString('utf8')) as Note;
  if (note.commit !== commit) return null;
  const request = await readPush({ ...setup, scope: note.scope }, note.id);
  return request ? { id: note.id, from: note.from, request } : null;
}

export const withdraw = (setup: ConvexSetup): Promise<void> => setup.artefacts.remove(nameOf(setup));
