/** What a change of a GraphQL schema does to clients: old ones on the new server, and new ones after a rollback. */
import { findBreakingChanges, findDangerousChanges, type GraphQLSchema } from 'graphql';
import { pathOf } from './path.ts';
import { readGraphql } from './read.ts';
import { rootChanges } from './roots.ts';

export { UnreadableGraphql } from './unreadable.ts';

export interface GraphqlChange {
  /** The vendor's name of the change, such as `FIELD_REMOVED`. */
  readonly type: string;
  readonly description: string;
  /** Where: `User.email`, `Query.users(first)`, `@cached`. */
  readonly path: string;
}

export interface GraphqlDirection {
  readonly breaking: readonly GraphqlChange[];
  readonly dangerous: readonly GraphqlChange[];
}

export interface GraphqlReport {
  /** What clients of the old schema meet on the new server. */
  readonly forward: GraphqlDirection;
  /** What clients of the new schema meet after a rollback. */
  readonly backward: GraphqlDirection;
  readonly oldClients: 'work' | 'break';
  readonly rollback: 'safe' | 'breaks-new-clients';
}

function direction(from: GraphQLSchema, to: GraphQLSchema): GraphqlDirection {
  const told = ({ type, description }: { type: string; description: string }): GraphqlChange => ({
    type,
    description,
    path: pathOf(type, description),
  });
  return {
    breaking: [...findBreakingChanges(from, to).map(told), ...rootChanges(from, to)],
    dangerous: findDangerousChanges(from, to).map(told),
  };
}

/** Both arguments are texts in the schema language. @throws UnreadableGraphql */
export function diffGraphql(oldSdl: string, newSdl: string): GraphqlReport {
  const before = readGraphql('old', oldSdl);
  const after = readGraphql('new', newSdl);
  const forward = direction(before, after);
  const backward = direction(after, before);
  return {
    forward,
    backward,
    oldClients: forward.breaking.length === 0 ? 'work' : 'break',
    rollback: backward.breaking.length === 0 ? 'safe' : 'breaks-new-clients',
  };
}
