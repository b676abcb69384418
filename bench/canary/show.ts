/** Figures as the tables of the canary bench show them. */

/** Per cent with two decimals. */
export const percentOf = (share: number): number => Math.round(share * 10_000) / 100;

/** `146 / 332`; a dash where so many were not found. */
export function pair(first: number, second: number): string {
  const one = (value: number) => (Number.isFinite(value) ? Math.round(value).toLocaleString('en-US') : '–');
  return `${one(first)} / ${one(second)}`;
}
