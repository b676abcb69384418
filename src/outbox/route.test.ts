/** Who hears of what, and when. */
import { expect, test } from 'vitest';
import { messageOf } from '../../test/support/message.ts';
import type { Message, QuietHours, Route } from '../notifiers/notifier.ts';
import { commitUrl, repositoryPages } from './links.ts';
import { quietUntil } from './quiet-hours.ts';
import { decide, DEFAULT_ROUTES, routesOf } from './route.ts';

const ANY: Route = { channels: null, environments: null, news: null, severity: 'info', quiet: null, groupMs: 0 };
const NIGHT: QuietHours = { from: 22 * 60, to: 7 * 60, zone: 'Europe/Berlin' };
const at = (iso: string) => Date.parse(iso);
const until = (iso: string, quiet = NIGHT) => new Date(quietUntil(quiet, at(iso))).toISOString();
const told = (routes: readonly Route[], message: Message, now = 0) => decide(routes, message, now) !== null;

test('by default all of production, and of other environments what went wrong', () => {
  const routes = routesOf([{ ...ANY, channels: ['other'] }], 'team');
  expect(routes).toBe(DEFAULT_ROUTES);
  const info = messageOf('succeeded', { severity: 'info' });
  expect(told(routes, info)).toBe(true);
  expect(told(routes, { ...info, environment: 'staging' })).toBe(false);
  expect(told(routes, messageOf('failed', { environment: 'staging' }))).toBe(true);
});

test('the first rule that fits decides, by environment, event and severity', () => {
  const routes: Route[] = [
    { ...ANY, environments: ['production'], news: ['failed', 'stuck'], groupMs: 5 },
    { ...ANY, environments: ['staging'], severity: 'urgent' },
  ];
  expect(decide(routes, messageOf('failed'), 9)).toEqual({ due: 9, group: 'failed', groupMs: 5 });
  expect(told(routes, messageOf('succeeded'))).toBe(false);
  expect(told(routes, messageOf('failed', { environment: 'staging' }))).toBe(false);
  expect(told(routes, messageOf('stuck', { environment: 'staging', severity: 'urgent' }))).toBe(true);
});

test('in quiet hours only what is urgent leaves; the rest is due when they end', () => {
  const routes: Route[] = [{ ...ANY, quiet: NIGHT }];
  const now = at('2026-11-21T22:30:00Z');
  expect(decide(routes, messageOf('failed'), now)).toMatchObject({ due: at('2026-11-22T06:00:00Z'), group: 'failed' });
  expect(decide(routes, messageOf('stuck', { severity: 'urgent' }), now)).toMatchObject({ due: now, group: null });
});

test.each([
  ['2026-11-21T20:59:59Z', '2026-11-21T20:59:59.000Z', 'before they begin'],
  ['2026-11-21T21:00:00Z', '2026-11-22T06:00:00.000Z', 'as they begin'],
  ['2026-11-22T05:59:30Z', '2026-11-22T06:00:00.000Z', 'in their last minute'],
  ['2026-11-22T06:00:00Z', '2026-11-22T06:00:00.000Z', 'as they end'],
  ['2026-03-28T22:00:00Z', '2026-03-29T05:00:00.000Z', 'over the hour that summer time takes'],
  ['2026-10-24T21:00:00Z', '2026-10-25T06:00:00.000Z', 'over the hour that winter time gives'],
])('at %s quiet hours end at %s: %s', (now, end) => {
  expect(until(now)).toBe(end);
});

test('quiet hours within a day', () => {
  const lunch: QuietHours = { from: 12 * 60, to: 13 * 60 + 30, zone: 'UTC' };
  expect(until('2026-11-21T12:10:20Z', lunch)).toBe('2026-11-21T13:30:00.000Z');
  expect(until('2026-11-21T14:00:00Z', lunch)).toBe('2026-11-21T14:00:00.000Z');
});

test.each([
  ['git@github.com:acme/shop.git\n', 'https://github.com/acme/shop'],
  ['ssh://git@github.com:22/acme/shop.git', 'https://github.com/acme/shop'],
  ['https://mia:ghp_secret@github.com/acme/shop.git', 'https://github.com/acme/shop'],
  ['https://git.example:8443/a/b/', 'https://git.example:8443/a/b'],
  ['/srv/git/shop.git', null],
  ['../shop', null],
  ['file:///srv/git/shop', null],
])('the pages of the remote %j are %j', (remote, pages) => {
  expect(repositoryPages(remote)).toBe(pages);
});

test('a commit has its page at each forge, a folder has none', () => {
  const commit = 'a'.repeat(40);
  expect(commitUrl('https://github.com/acme/shop', commit)).toBe(`https://github.com/acme/shop/commit/${commit}`);
  expect(commitUrl('https://gitlab.example/a/b', commit)).toBe(`https://gitlab.example/a/b/-/commit/${commit}`);
  expect(commitUrl('https://bitbucket.org/a/b', commit)).toBe(`https://bitbucket.org/a/b/commits/${commit}`);
  expect([commitUrl(null, commit), commitUrl('https://github.com/a/b', 'dir-0123456789a')]).toEqual([null, null]);
});
