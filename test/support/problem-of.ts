/** The Problem that a piece of work ends in; anything else fails the test. */
import { isProblem, type Problem } from '../../src/core/errors.ts';

export async function problemOf(work: Promise<unknown>): Promise<Problem> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (isProblem(error)) return error;
  throw new Error(`no Problem: ${String(error)}`);
}
