import { expect, test } from 'vitest';
import { safeAddress } from './outward.tsx';

test.each(['javascript:alert(1)', 'data:text/html,x', ' javascript:alert(1)', '//elsewhere.example', 'no address'])(
  '%s becomes no link',
  (url) => {
    expect(safeAddress(url)).toBeNull();
  },
);

test('a web address does', () => {
  expect(safeAddress('https://github.com/acme/shop')).toBe('https://github.com/acme/shop');
});
