/** Durations as people write and read them. */

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Milliseconds of `500ms`, `30s`, `5m`, `1h`, `1h30m`, `2d`; null when it is none of these. */
export function parseDuration(text: string): number | null {
  const compact = text.replaceAll(' ', '');
  if (!/^(\d+(\.\d+)?(ms|s|min|m|h|d))+$/.test(compact)) return null;
  let total = 0;
  for (const [, value, unit] of compact.matchAll(/(\d+(?:\.\d+)?)(ms|s|min|m|h|d)/g)) {
    total += Number(value) * (UNITS[unit ?? ''] ?? 0);
  }
  return total;
}

/** `420 ms`, `9.1 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`;
  const [size, big, small, bigName, smallName] =
    ms < 3_600_000
      ? [1_000, 60, 1, 'min', 's']
      : ms < 86_400_000
        ? [60_000, 60, 1, 'h', 'min']
        : [3_600_000, 24, 1, 'd', 'h'];
  const total = Math.round(ms / size);
  const rest = (total % big) * small;
  return rest === 0
    ? `${Math.floor(total / big)} ${bigName}`
    : `${Math.floor(total / big)} ${bigName} ${rest} ${smallName}`;
}
