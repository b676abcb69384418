/** Where a reader of the feed stands in every environment, as text: `production=812,staging=40`. */

export type Positions = ReadonlyMap<string, number>;

export function formatPositions(positions: Positions): string {
  return [...positions].map(([environment, n]) => `${encodeURIComponent(environment)}=${n}`).join(',');
}

/** Null for what is no position. */
export function parsePositions(text: string): Positions | null {
  const positions = new Map<string, number>();
  for (const part of text.split(',')) {
    const [, name, n] = /^([\w.%~!*'()-]{1,200})=(\d{1,15})$/.exec(part) ?? [];
    if (name === undefined || n === undefined) return null;
    try {
      positions.set(decodeURIComponent(name), Number(n));
    } catch {
      return null;
    }
  }
  return positions;
}
