/** What a table must be like before it may come into force. */
import type { RouteTable } from './router.ts';

export const EMPTY_TABLE: RouteTable = { backends: [], shares: {}, holdMs: null };

const ROUNDING = 1e-6;

/** @throws Error when a share belongs to no backend, is negative, or the shares do not sum to 1: a bug of the caller */
export function checkTable(table: RouteTable): void {
  const shares = Object.entries(table.shares);
  const known = new Set(table.backends.map(({ release }) => release));
  if (known.size !== table.backends.length) throw new Error('A release stands twice in the route table.');
  for (const [release, share] of shares) {
    if (!known.has(release)) throw new Error(`The route table gives a share to ${release}, which is not in it.`);
    if (!(share >= 0)) throw new Error(`The share of ${release} is ${share}.`);
  }
  const sum = shares.reduce((total, [, share]) => total + share, 0);
  if (shares.length > 0 && Math.abs(sum - 1) > ROUNDING) throw new Error(`The shares sum to ${sum}, not to 1.`);
}
