/** Root types that moved: the vendor's finder compares types by name, so `schema { mutation: … }` could vanish unseen. */
import type { GraphQLSchema } from 'graphql';
import type { GraphqlChange } from './index.ts';

export function rootChanges(from: GraphQLSchema, to: GraphQLSchema): readonly GraphqlChange[] {
  const roots = [
    ['query', from.getQueryType()?.name, to.getQueryType()?.name],
    ['mutation', from.getMutationType()?.name, to.getMutationType()?.name],
    ['subscription', from.getSubscriptionType()?.name, to.getSubscriptionType()?.name],
  ] as const;
  return roots.flatMap(([operation, before, after]) => {
    // A type that is gone altogether has been told already.
    if (before === undefined || before === after || !to.getType(before)) return [];
    const now = after === undefined ? 'no longer offered' : `now ${after}, which was not compared with ${before}`;
    return [
      {
        type: 'ROOT_TYPE_CHANGED',
        description: `The root of ${operation} was ${before} and is ${now}.`,
        path: operation,
      },
    ];
  });
}
