/** The pure parts of signing in: roles, paths to go on to, codes, sessions and limits by an injected clock. */
import { describe, expect, test } from 'vitest';
import { roleByClaims, roleOnGitHub } from './allow.ts';
import { readCookie, setCookie } from './cookie.ts';
import { hostsOf, isLoopback } from './hosts.ts';
import { createJourneys, ownPath } from './journeys.ts';
import { createRateLimit } from './rate-limit.ts';
import { admits } from './roles.ts';
import { createSessions } from './sessions.ts';
import { createSignInCodes } from './sign-in-codes.ts';

const counted = () => {
  let n = 0;
  return () => `random-${(n += 1)}`;
};

test.each([
  ['anyone', null, 'yes'],
  ['viewer', null, 'sign-in'],
  ['viewer', 'viewer', 'yes'],
  ['operator', 'viewer', 'no'],
  ['operator', 'admin', 'yes'],
  ['admin', 'operator', 'no'],
] as const)('a route for %s and somebody who is %s: %s', (allow, role, verdict) => {
  expect(admits(allow, role)).toBe(verdict);
});

describe('who is let in', () => {
  const allow = { 'mia@shop.example': 'admin', '@shop.example': 'viewer', 'group:ops': 'operator' } as const;
  test.each([
    [{ email: 'MIA@shop.example', email_verified: true }, 'admin'],
    [{ email: 'tom@shop.example', email_verified: true, groups: ['ops', 7] }, 'operator'],
    [{ email: 'tom@shop.example', email_verified: true }, 'viewer'],
    [{ email: 'mia@shop.example' }, null],
    [{ email: 'mia@shop.example', email_verified: 'no' }, null],
    [{ email: 'eve@evil.example', email_verified: true }, null],
    [{ email: 'x@evil.example@shop.example.evil', email_verified: true }, null],
    // A group that is named like an address of somebody else's.
    [{ groups: ['mia@shop.example', '@shop.example', 'Ops'] }, null],
    [{}, null],
  ] as const)('%j is %s', (claims, role) => expect(roleByClaims(allow, claims)).toBe(role));

  test('on GitHub a login is no organisation and the other way round', () => {
    const named = { acme: 'admin', 'org:acme': 'viewer', 'org:Ops': 'operator' } as const;
    expect(roleOnGitHub(named, 'ACME', [])).toBe('admin');
    expect(roleOnGitHub(named, 'mia', ['acme'])).toBe('viewer');
    expect(roleOnGitHub(named, 'mia', ['acme', 'ops'])).toBe('operator');
    expect(roleOnGitHub(named, 'org:acme', [])).toBe('viewer');
    expect(roleOnGitHub(named, 'mia', [])).toBeNull();
  });
});

test.each([
  ['/deployments?actor=mia', '/deployments?actor=mia'],
  [undefined, '/'],
  ['https://evil.example/', '/'],
  ['//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['/\t/evil.example', '/'],
  ['/.//evil.example', '/'],
  ['javascript:alert(1)', '/'],
  ['/sign-in/../audit', '/audit'],
] as const)('after signing in %j leads to %s', (to, path) => {
  expect(ownPath(to, 'https://belay.shop.example')).toBe(path);
});

test('codes and sessions end with their time, and count for one', () => {
  let now = 0;
  const codes = createSignInCodes(counted(), () => now);
  const code = codes.issue();
  const late = codes.issue();
  expect([codes.redeem('other'), codes.redeem(code), codes.redeem(code)]).toEqual([false, true, false]);
  now = 10 * 60_000;
  expect(codes.redeem(late)).toBe(false);

  const sessions = createSessions(counted(), () => now);
  const who = { name: 'mia', role: 'admin', via: 'token', token: 't1' } as const;
  const long = sessions.open(who);
  const short = sessions.open({ ...who, until: now + 1_000 });
  expect(long.identity.csrf).not.toBe(short.identity.csrf);
  now += 1_000;
  expect([sessions.find(long.cookie)?.name, sessions.find(short.cookie)]).toEqual(['mia', null]);
  sessions.closeToken('t1');
  expect(sessions.find(long.cookie)).toBeNull();

  const journeys = createJourneys(counted(), () => now);
  const journey = { way: 'oidc', state: 's', verifier: 'v', nonce: 'n', to: '/' } as const;
  const cookie = journeys.begin(journey);
  expect(journeys.end(cookie, 'github')).toBeNull();
  expect(journeys.end(cookie, 'oidc')).toBeNull();
  expect(journeys.end(journeys.begin(journey), 'oidc')).toEqual(journey);
});

test('a limit fills again at its rate, for each by themselves', () => {
  let now = 0;
  const limit = createRateLimit(2, () => now);
  expect([limit.take('a'), limit.take('a'), limit.take('b')]).toEqual([0, 0, 0]);
  expect(limit.take('a')).toBe(30_000);
  now = 30_000;
  expect([limit.take('a'), limit.take('a') > 0]).toEqual([0, true]);
});

test('the cookie is bound to its host where there is TLS, and to its port where there is none', () => {
  const plain = { url: 'http://127.0.0.1:4400', port: 4400 } as never;
  const secure = { url: 'https://belay.shop.example', port: 4400 } as never;
  const host = '127.0.0.1:4400';
  const name = 'belay.shop.example';
  expect(setCookie(plain, host, 'x')).toMatch(/^belay_4400=x; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+$/);
  expect(setCookie(secure, name, 'x')).toMatch(
    /^__Host-belay=x; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+; Secure$/,
  );
  expect(readCookie(plain, host, 'a=1; belay_4401=no; belay_4400=yes')).toBe('yes');
  expect(readCookie(secure, name, 'belay_4400=yes')).toBeNull();
  // At the machine itself, past the proxy.
  expect(readCookie(secure, host, '__Host-belay=no; belay_4400=yes')).toBe('yes');
});

test('only names of this machine, and the one that is configured, are ours', () => {
  expect(hostsOf('https://belay.shop.example', '127.0.0.1', 4400)).toEqual([
    'belay.shop.example',
    '127.0.0.1:4400',
    'localhost:4400',
    '[::1]:4400',
  ]);
  expect(hostsOf('http://10.0.0.5:80', '10.0.0.5', 80)).toEqual(['10.0.0.5', '10.0.0.5:80']);
  expect(['127.0.0.1', '127.9.9.9', '::1', 'localhost'].every(isLoopback)).toBe(true);
  expect(['127.0.0.1.evil.example', '0.0.0.0', '10.0.0.1', 'localhost.evil'].some(isLoopback)).toBe(false);
});
