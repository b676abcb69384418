/** Shares of a whole as people write them. */

/** Fraction of `5%`, `0.5 %` or `0.05`; null when it is none of these or not from 0 to 1. */
export function parseShare(written: string | number): number | null {
  if (typeof written === 'number') return written >= 0 && written <= 1 ? written : null;
  const percent = /^(\d+(?:\.\d+)?) ?%$/.exec(written)?.[1];
  if (percent === undefined) return null;
  const fraction = Number(percent) / 100;
  return fraction <= 1 ? fraction : null;
}

/** `0.05` as `5 %`; at most two digits behind the point. */
export function formatShare(share: number): string {
  return `${Math.round(share * 10_000) / 100} %`;
}
