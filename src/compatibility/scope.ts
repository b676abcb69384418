/** What is looked at in a repository. Paths are written with `/`, from its root. */
import { unreadable } from './parse-document.ts';

export interface Scope {
  /** Folders of Convex projects (those with `package.json`), each with a `/` at its end, or empty for the root. */
  readonly convex: readonly string[] | 'detect';
  /** Folders of migrations. */
  readonly migrations: readonly string[] | 'detect';
  /** Files in GraphQL's schema language, and OpenAPI descriptions. */
  readonly graphql: readonly string[];
  readonly openapi: readonly string[];
}

/** Convex projects and migrations are recognised by their names; what clients are written to has no usual one. */
export const EVERYTHING: Scope = { convex: 'detect', migrations: 'detect', graphql: [], openapi: [] };

/** What was named and is not there would pass unseen. @throws Problem SCHEMA_UNREADABLE */
export function requireFound(wanted: readonly string[] | 'detect', found: ReadonlySet<string>, why: string): void {
  const missing = wanted === 'detect' ? undefined : wanted.find((one) => !found.has(one));
  if (missing === undefined) return;
  throw unreadable(missing === '' ? 'the repository' : missing, `it ${why}`, 'correct `schema` in the configuration');
}
