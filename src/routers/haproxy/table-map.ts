/**
 * The route table as entries of one HAProxy map, which is exchanged as a whole: a request sees the old table or the new.
 *
 * `table` decides: mode, longest hold in ms, the only slot (or `none`, `split`), then pairs of the bucket below which
 * a slot is chosen. `slotN` names its release, `@release` its slot for those who ask by header. `text` holds what
 * rounding to buckets would lose. `plain` is there while one release has everything and nobody is held: its slot. In a
 * split that is not held, keys of digits are the beginnings of all buckets (of four digits each) of a slot.
 */
import { BUCKET_DIGITS } from '../bucket-cookie.ts';
import { BUCKETS, candidateOf } from '../choose-backend.ts';
import type { RouteTable } from '../router.ts';
import { isSplit } from '../observation-log.ts';
import { slotOf, type Slots } from './slots.ts';

export type MapEntries = ReadonlyMap<string, string>;

interface TableText {
  readonly releases: readonly string[];
  readonly shares: RouteTable['shares'];
}

/** Buckets below the first bound go to the first release, and so on; the same rounding as `chooseBackend`. */
function boundsOf({ backends, shares }: RouteTable): readonly (readonly [release: string, below: number])[] {
  const sharing = backends.filter(({ release }) => (shares[release] ?? 0) > 0);
  let reached = 0;
  return sharing.map(({ release }, index) => {
    reached += shares[release] ?? 0;
    return [release, index === sharing.length - 1 ? BUCKETS : Math.ceil(reached * BUCKETS - 0.5)];
  });
}

function ruleOf(table: RouteTable, slots: Slots): string {
  const bounds = boundsOf(table);
  const slot = (release: string) => slotOf(slots, release) ?? 'none';
  const only = bounds[0] ? slot(bounds[0][0]) : 'none';
  const pairs = bounds.flatMap(([release, below]) => [below, slot(release)]);
  const mode = table.holdMs === null ? ['go', 0] : ['hold', table.holdMs];
  return [...mode, isSplit(table) ? 'split' : only, ...pairs].join('|');
}

/** Where everybody goes who names no release; null where more than that has to be looked at. */
function plainSlot(table: RouteTable, slots: Slots): string | null {
  const [only, ...others] = boundsOf(table);
  return only && others.length === 0 && table.holdMs === null ? slotOf(slots, only[0]) : null;
}

/** The shortest list of beginnings that all numbers in [from, below) have, and no others, written with `digits` digits. */
export function beginnings(from: number, below: number, digits: number): readonly string[] {
  const size = 10 ** digits;
  if (from <= 0 && below >= size) return [''];
  if (from >= below || from >= size || below <= 0) return [];
  const step = size / 10;
  return Array.from({ length: 10 }, (_, digit) =>
    beginnings(from - digit * step, below - digit * step, digits - 1).map((rest) => `${digit}${rest}`),
  ).flat();
}

function* bucketEntries(table: RouteTable, slots: Slots): Generator<readonly [string, string]> {
  if (!isSplit(table) || table.holdMs !== null) return;
  let from = 0;
  for (const [release, below] of boundsOf(table)) {
    const slot = slotOf(slots, release);
    if (slot !== null) for (const key of beginnings(from, below, BUCKET_DIGITS)) yield [key, slot];
    from = below;
  }
}

/** `few`: nobody wants to see each request. */
export function tableEntries(table: RouteTable, slots: Slots, few = false): MapEntries {
  const entries = new Map([['table', ruleOf(table, slots)]]);
  const plain = plainSlot(table, slots);
  if (plain !== null) entries.set('plain', plain);
  if (few) entries.set('few', 'yes');
  for (const [key, slot] of bucketEntries(table, slots)) entries.set(key, slot);
  for (const [slot, release] of slots) entries.set(slot, release);
  for (const { release } of table.backends) entries.set(`@${release}`, slotOf(slots, release) ?? 'none');
  const candidate = candidateOf(table);
  if (candidate) entries.set('@candidate', slotOf(slots, candidate.release) ?? 'none');
  const text: TableText = { releases: table.backends.map(({ release }) => release), shares: table.shares };
  // One word: a map's line ends its key at the first space.
  entries.set('text', encodeURIComponent(JSON.stringify(text)));
  return entries;
}

export function slotsIn(entries: MapEntries): Slots {
  return new Map([...entries].filter(([key]) => key.startsWith('slot')));
}

/** What the entries put in force; shares from the rule itself where the text says something else. */
export function tableIn(
  entries: MapEntries,
  addresses: ReadonlyMap<string, { readonly host: string; readonly port: number }>,
): RouteTable {
  const [mode, holdMs, , ...pairs] = (entries.get('table') ?? '').split('|');
  const slots = slotsIn(entries);
  const written = entries.get('text');
  const text = JSON.parse(
    written === undefined ? '{"releases":[],"shares":{}}' : decodeURIComponent(written),
  ) as TableText;
  const backends = text.releases.map((release) => {
    const { host = '', port = 0 } = addresses.get(slotOf(slots, release) ?? '') ?? {};
    return { release, host, port };
  });
  const table: RouteTable = { backends, shares: text.shares, holdMs: mode === 'hold' ? Number(holdMs) : null };
  const said = boundsOf(table).flatMap(([release, below]) => [String(below), slotOf(slots, release)]);
  return said.join() === pairs.join() ? table : { ...table, shares: sharesIn(pairs, slots) };
}

function sharesIn(pairs: readonly string[], slots: Slots): RouteTable['shares'] {
  const shares: Record<string, number> = {};
  for (let index = 0; index < pairs.length; index += 2) {
    const below = Number(pairs[index]) - (index === 0 ? 0 : Number(pairs[index - 2]));
    shares[slots.get(pairs[index + 1] ?? '') ?? ''] = below / BUCKETS;
  }
  return shares;
}

/** Lines of a map file, or of `show map` (which puts an address before each). */
export function parseEntries(text: string): MapEntries {
  const lines = text.split('\n').map((line) => line.replace(/^0x[0-9a-f]+ /, '').split(' '));
  return new Map(lines.flatMap(([key, value]) => (key && value !== undefined ? [[key, value]] : [])));
}

export function mapFile(entries: MapEntries): string {
  return [...entries].map(([key, value]) => `${key} ${value}\n`).join('');
}
