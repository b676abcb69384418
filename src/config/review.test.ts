/** Limits of the review: written as people write them, defaults filled in, `null` for what is not watched. */
import { expect, test } from 'vitest';
import { normalizeReview } from './normalize-review.ts';
import { reviewShape } from './shape-review.ts';

test('without a word the defaults hold, and users are not counted', () => {
  expect(normalizeReview()).toEqual({
    teamSize: 10,
    deploysPerWeek: 50,
    users: 10_000,
    usersNow: null,
    failureRate: 0.05,
    recoveryMs: 3_600_000,
  });
});

test('a share, a duration and nothing at all', () => {
  const written = { failureRate: '10%', recovery: '20m', teamSize: null, usersNow: 12 };
  expect(normalizeReview(reviewShape.parse(written))).toMatchObject({
    failureRate: 0.1,
    recoveryMs: 1_200_000,
    teamSize: null,
    usersNow: 12,
  });
  expect(reviewShape.safeParse({ failureRate: 'often' }).success).toBe(false);
  expect(reviewShape.safeParse({ teamsize: 3 }).success).toBe(false);
});
