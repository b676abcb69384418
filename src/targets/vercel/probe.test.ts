import { expect, test } from 'vitest';
import { asksForLogin } from './probe.ts';

const answer = (status: number, headers: Record<string, string> = {}) => ({ status, headers: new Headers(headers) });

test("a redirect to Vercel's login is no answer of the application, a redirect of its own is", () => {
  expect(asksForLogin(answer(302, { location: 'https://vercel.com/sso-api?url=x' }))).toBe(true);
  expect(asksForLogin(answer(401))).toBe(true);
  expect(asksForLogin(answer(307, { location: '/en' }))).toBe(false);
  expect(asksForLogin(answer(200))).toBe(false);
});
