/** The refusal of a store that a newer Belay has written (guarantee G16). */
import { Problem } from '../core/errors.ts';

/** @param what is newer, to go behind "the" */
export function newerFormat(where: string, what: string, found: number, known: number): Problem {
  return new Problem('FORMAT_NEWER', `The store ${where} was written by a newer Belay`, {
    why: `the ${what} is ${found}; this version knows up to ${known}`,
    next: 'npm install --global belayctl@latest',
    retry: 'after-change',
  });
}
