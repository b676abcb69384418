/** Tasks: listed with the name of their owner, added, done. */
import { mutationGeneric, queryGeneric } from 'convex/server';
import { v } from 'convex/values';

export const list = queryGeneric({
  args: {},
  handler: async ({ db }) => {
    const tasks = await db.query('tasks').order('desc').take(100);
    return Promise.all(
      tasks.map(async ({ _id, title, done, owner }) => {
        const user = owner ? await db.get(owner) : null;
        return { _id, title, done, owner: user?.['name'] ?? null };
      }),
    );
  },
});

export const add = mutationGeneric({
  args: { title: v.string(), owner: v.optional(v.id('users')) },
  returns: v.id('tasks'),
  handler: ({ db }, { title, owner }) => db.insert('tasks', { title, done: false, ...(owner ? { owner } : {}) }),
});

export const complete = mutationGeneric({
  args: { id: v.id('tasks') },
  returns: v.null(),
  handler: async ({ db }, { id }) => {
    await db.patch(id, { done: true });
    return null;
  },
});
