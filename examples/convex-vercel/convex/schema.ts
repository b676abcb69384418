/** Users and their tasks. */
import { defineSchema, defineTable } from 'convex/server';
import { v } from 'convex/values';

export default defineSchema({
  users: defineTable({ name: v.string(), email: v.string() }).index('by_email', ['email']),
  tasks: defineTable({ title: v.string(), done: v.boolean(), owner: v.optional(v.id('users')) }).index('by_owner', [
    'owner',
  ]),
});
