/** How long ago, in one unit: for tables. */

const STEPS: readonly (readonly [limitMs: number, unitMs: number, unit: string])[] = [
  [60_000, 1_000, 's'],
  [3_600_000, 60_000, 'min'],
  [86_400_000 * 2, 3_600_000, 'h'],
  [86_400_000 * 60, 86_400_000, 'd'],
];

/** `now`, `12 s ago`, `5 min ago`, `30 h ago`, `12 d ago`; beyond that the day. */
export function since(iso: string, now = new Date()): string {
  const ms = now.getTime() - Date.parse(iso);
  if (ms < 1_000) return 'now';
  const step = STEPS.find(([limit]) => ms < limit);
  return step ? `${Math.floor(ms / step[1])} ${step[2]} ago` : iso.slice(0, 10);
}
