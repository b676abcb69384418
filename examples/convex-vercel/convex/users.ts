/** People. */
import { mutationGeneric, queryGeneric } from 'convex/server';
import { v } from 'convex/values';

export const byEmail = queryGeneric({
  args: { email: v.string() },
  handler: ({ db }, { email }) =>
    db
      .query('users')
      .withIndex('by_email', (index) => index.eq('email', email))
      .unique(),
});

export const add = mutationGeneric({
  args: { name: v.string(), email: v.string() },
  returns: v.id('users'),
  handler: ({ db }, user) => db.insert('users', user),
});
