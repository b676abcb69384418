/** What may stand under `review`: when the tool says that a practice should be looked at again. */
import { z } from 'zod';
import { duration, share } from '../util/written.ts';
import { REVIEW_DEFAULTS } from './defaults.ts';

const positive = z.number().positive();

export const reviewShape = z.strictObject({
  teamSize: z.int().min(1).nullable().optional().meta({
    description: 'People whose commits are deployed, or who deploy; `null` watches nothing.',
    default: REVIEW_DEFAULTS.teamSize,
  }),
  deploysPerWeek: positive.nullable().optional().meta({
    description: 'Deployments a week to production.',
    default: REVIEW_DEFAULTS.deploysPerWeek,
  }),
  users: positive.nullable().optional().meta({
    description: 'Users of the application; compared with `usersNow`.',
    default: REVIEW_DEFAULTS.users,
  }),
  usersNow: z.number().min(0).optional().meta({
    description: 'How many users there are: Belay cannot see them. Without it, `users` is not checked.',
  }),
  failureRate: share.nullable().optional().meta({
    description: 'Share of the deployments that took traffic and failed.',
    default: REVIEW_DEFAULTS.failureRate,
  }),
  recovery: duration.nullable().optional().meta({
    description: 'Median time from a failed deployment to what runs well.',
    default: REVIEW_DEFAULTS.recovery,
  }),
});
