import { expect, test } from 'vitest';
import { withoutListCasts } from './postgres-catalog.ts';

/** Both as Postgres 15 writes them: when the check is made, and after a dump and its restore. */
const MADE = `CHECK (((kind)::text = ANY ((ARRAY['book'::character varying, 'film'::character varying])::text[])))`;
const RESTORED = `CHECK (((kind)::text = ANY (ARRAY[('book'::character varying)::text, ('film'::character varying)::text])))`;

test('a list check reads the same before a dump and after its restore', () => {
  expect(withoutListCasts(MADE)).toBe(withoutListCasts(RESTORED));
});

test('another list is another check', () => {
  expect(withoutListCasts(MADE)).not.toBe(withoutListCasts(MADE.replace('film', 'game')));
});

test('what stands around a list, and expressions without one, stay as they are', () => {
  expect(withoutListCasts(`${MADE} AND (cost)::numeric > 1`)).toContain('AND (cost)::numeric > 1');
  expect(withoutListCasts('CHECK (((a + b) * c) > 0)')).toBe('CHECK (((a + b) * c) > 0)');
});
