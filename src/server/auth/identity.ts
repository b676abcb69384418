/** Who is calling, as the routes see it. */
import type { Person, Role } from '../api/vocabulary.ts';

export interface Identity {
  readonly name: string;
  readonly role: Role;
  readonly via: Person['via'];
  /** Null where no cookie was used, so that nobody else's page can have made the browser send it. */
  readonly csrf: string | null;
  /** By the wall clock, in milliseconds since 1970. */
  readonly until: number;
  /** Of whoever signed in by a token: it ends with the token. */
  readonly token: string | null;
}

/** How a person stands in the journal; `belay history --actor` and the page of deployments filter by it. */
export function actorOf({ name }: Pick<Identity, 'name'>): string {
  return `${name} (dashboard)`;
}
