/** Who looks at the page, and what they may: only to show or hide buttons; the server decides. */
import { createContext, useContext } from 'react';
import type { Person } from '../../../src/server/api/vocabulary.ts';

export const PersonContext = createContext<Person | null>(null);

/** @throws Error outside of the shell: a bug */
export function usePerson(): Person {
  const person = useContext(PersonContext);
  if (person === null) throw new Error('usePerson() outside of the shell');
  return person;
}

export const mayOperate = (person: Person): boolean => person.role !== 'viewer';
