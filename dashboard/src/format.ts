/** Numbers, times and sizes as people read them. Pure: the moment is passed in. */

const AGES: readonly (readonly [limitMs: number, unitMs: number, unit: string])[] = [
  [60_000, 1_000, 's'],
  [3_600_000, 60_000, 'min'],
  [2 * 86_400_000, 3_600_000, 'h'],
  [60 * 86_400_000, 86_400_000, 'd'],
];

/** `now`, `12 s ago`, `5 min ago`, `30 h ago`, `12 d ago`; beyond that the day. */
export function ago(iso: string, now: number): string {
  const ms = now - Date.parse(iso);
  if (ms < 1_000) return 'now';
  const age = AGES.find(([limit]) => ms < limit);
  return age ? `${Math.floor(ms / age[1])} ${age[2]} ago` : iso.slice(0, 10);
}

/** `in 5 min`, `in 12 d`; for what is over, as `ago`. */
export function until(iso: string, now: number): string {
  const ms = Date.parse(iso) - now;
  if (ms < 0) return ago(iso, now);
  const [, unitMs, unit] = AGES.find(([limit]) => ms < limit) ?? [0, 86_400_000, 'd'];
  return `in ${Math.max(1, Math.round(ms / unitMs))} ${unit}`;
}

/** Made once: making one costs more than a hundred uses of it. */
const CLOCK = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;
const CLOCK_FORMAT = new Intl.DateTimeFormat('sv-SE', CLOCK);
const EXACT_FORMAT = new Intl.DateTimeFormat('sv-SE', {
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  ...CLOCK,
  timeZoneName: 'shortOffset',
});
const COUNT_FORMAT = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });

/** Local time with its zone, to the second: `2026-11-21 19:40:08 GMT+1`. */
export const exact = (iso: string): string => EXACT_FORMAT.format(new Date(iso));

/** Local time of day: `19:40:08`. */
export const clock = (iso: string): string => CLOCK_FORMAT.format(new Date(iso));

/** `420 ms`, `9.1 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function duration(ms: number): string {
  if (ms < 999.5) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 3_599_500) return pair(Math.round(ms / 1_000), 60, 'min', 's');
  if (ms < 86_370_000) return pair(Math.round(ms / 60_000), 60, 'h', 'min');
  return pair(Math.round(ms / 3_600_000), 24, 'd', 'h');
}

function pair(total: number, base: number, big: string, small: string): string {
  const rest = total % base;
  return rest === 0 ? `${total / base} ${big}` : `${Math.floor(total / base)} ${big} ${rest} ${small}`;
}

/** About how long: one unit, never falsely exact. */
export function roughly(ms: number): string {
  if (ms < 10_000) return 'a few seconds';
  if (ms < 55_000) return `${Math.round(ms / 10_000) * 10} s`;
  if (ms < 5_400_000) return `${Math.max(1, Math.round(ms / 60_000))} min`;
  return `${Math.round(ms / 3_600_000)} h`;
}

/** 1204 → `1,204`. */
export const count = (value: number): string => COUNT_FORMAT.format(value);

/** `1 commit`, `3 commits`. */
export const counted = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;

/** 0.254 → `25.4 %`. */
export const percent = (share: number): string => `${Number((share * 100).toFixed(1))} %`;

const SIZES = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** 1_250_000 → `1.3 MB`. */
export function bytes(value: number): string {
  const step = value < 1 ? 0 : Math.min(SIZES.length - 1, Math.floor(Math.log10(value) / 3));
  const scaled = value / 1_000 ** step;
  return `${step === 0 || scaled >= 100 ? Math.round(scaled) : scaled.toFixed(1)} ${SIZES[step]}`;
}

/** `build and stage` of `stage:web` → `build and stage web`; a title that names its target already stays. */
export function stepName({ id, title }: { readonly id: string; readonly title: string }): string {
  const [, target = ''] = id.split(':');
  return /^\d*$/.test(target) || title.split(' ').includes(target) ? title : `${title} ${target}`;
}

/** An id as people read it: seven characters of a hash, the commit of a release, a short name whole. */
export function short(id: string): string {
  const release = /^r-(.+)-[^-]+$/.exec(id)?.[1];
  if (release !== undefined) return release;
  if (id.startsWith('dir-')) return id.slice(0, 11);
  if (/^[0-9a-f]{12,}$/.test(id)) return id.slice(0, 7);
  return id.length > 20 ? `${id.slice(0, 12)}…` : id;
}
