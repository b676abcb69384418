/** What people read when Vercel says no. */
import { expect, test } from 'vitest';
import { HttpFailure } from '../../util/http.ts';
import { asProblem } from './problems.ts';

const asked = { what: 'promote dpl_1', project: 'shop', team: 'acme', changes: true };
const told = (status: number, code: string, message: string, body?: unknown) =>
  asProblem(new HttpFailure('POST /v10/promote', status, { code, message, body }), asked);

test('a revoked key and one without access are told apart', () => {
  const revoked = told(403, 'forbidden', 'Not authorized', { error: { invalidToken: true } });
  expect(revoked.why).toBe('the key is wrong, expired or was revoked: Not authorized');
  const elsewhere = told(403, 'forbidden', 'Not authorized');
  expect(elsewhere.why).toBe('the key is valid, but may not reach project shop in team acme: Not authorized');
  expect([revoked.code, elsewhere.code, revoked.exitCode]).toEqual(['TARGET_UNREACHABLE', 'TARGET_UNREACHABLE', 8]);
});

test('what the plan forbids and what is used up are told apart', () => {
  expect(told(402, 'payment_required', 'upgrade to pro').message).toMatch(/^The Vercel plan does not allow it/);
  expect(told(402, 'api-deployments-free-per-day', 'more than 100')).toMatchObject({ retry: 'later' });
});

test('an answer that was lost may have taken effect, a refusal has not', () => {
  expect(told(0, 'ECONNRESET', 'reset')).toMatchObject({ unknown: true, retry: 'later' });
  expect(told(502, 'bad_gateway', 'oh')).toMatchObject({ unknown: true, retry: 'later' });
  expect(told(429, 'rate_limited', 'slow down')).toMatchObject({ unknown: false, retry: 'later' });
  expect(told(400, 'bad_request', 'no').unknown).toBe(false);
});
