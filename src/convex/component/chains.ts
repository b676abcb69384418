/** The newest event of an environment, without which nothing is appended. */
import { EMPTY } from './limits.ts';
import type { Document, Reading } from './functions.ts';

export type Chain = Pick<Document<'chains'>, 'n' | 'hash' | 'lastAt' | 'high' | 'backS'>;

const NOTHING: Chain = { ...EMPTY, lastAt: '', high: null, backS: 0 };

export function chainRow(ctx: Reading, environment: string): Promise<Document<'chains'> | null> {
  return ctx.db
    .query('chains')
    .withIndex('by_environment', (q) => q.eq('environment', environment))
    .unique();
}

export async function chainOf(ctx: Reading, environment: string): Promise<Chain> {
  const row = await chainRow(ctx, environment);
  if (row === null) return NOTHING;
  const { n, hash, lastAt, high, backS } = row;
  return { n, hash, lastAt, high, backS };
}
