/** Waiting for Vercel: pauses that are short at first, then such that a long job costs few requests; lost answers. */
import { setTimeout as delay } from 'node:timers/promises';
import { isProblem } from '../../core/errors.ts';
import { aborted } from '../checkout/command.ts';

const FIRST_MS = 100;
const LONGEST_MS = 2_000;

/** @throws Problem INTERRUPTED, or the signal's own, from the pause that it is aborted in */
export function patience(signal: AbortSignal, what: string): () => Promise<void> {
  let wait = FIRST_MS;
  return async () => {
    try {
      await delay(wait, undefined, { signal });
    } catch {
      throw aborted(signal, what);
    }
    wait = Math.min(wait * 1.6, LONGEST_MS);
  };
}

/** An answer that was lost says nothing: what Vercel shows afterwards does. Only where it is looked at next. */
export async function unlessLost(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!isProblem(error) || !error.unknown) throw error;
  }
}
