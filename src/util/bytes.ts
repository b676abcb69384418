/** Sizes as people read them. */
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** `812 B`, `4.2 MB`; powers of 1,000. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}
