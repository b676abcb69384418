/** Old code against the domains of its columns as they are now. */
import type { Node } from 'libpg-query';
import { domainOf } from './lookup.ts';
import type { Column } from './model.ts';
import { type Compare, note } from './old-columns.ts';
import { isClosed } from './old-constraints.ts';
import { refusesLeftOut, refusesOrdinary } from './ordinary.ts';

/** `VALUE` stands for what the column holds. */
function breaksOrdinary({ base, before }: Compare, old: Column, check: Node, valid: boolean): boolean {
  const alone = { ...before, columns: [{ ...old, name: 'value' }] };
  if (refusesLeftOut(base, alone, check, () => isClosed(before, old))) return true;
  return !valid && refusesOrdinary(base, alone, check);
}

/** Domain constraints that a column did not have before. */
export function compareDomain(compare: Compare, old: Column, now: Column): void {
  const [a, b] = [domainOf(compare.base, old.type), domainOf(compare.now, now.type)];
  if (!b) return;
  const had = new Set((a?.checks ?? []).map((one) => one.name));
  const fresh = b.checks.find((one) => !had.has(one.name));
  const name = `${compare.before.name}.${old.name}`;
  const keys = [`type:${now.type.name}`];
  const breaks = fresh && breaksOrdinary(compare, old, fresh.expression, fresh.valid);
  if (fresh)
    note(
      compare,
      old.name,
      breaks ? 'breaks' : 'notice',
      breaks ? 'domain-refuses' : 'domain-may-refuse',
      `check ${fresh.name} of domain ${b.name} refuses values that running code may write into ${name}`,
      'Release code that keeps to it first.',
      keys,
    );
  if (b.notNull && !a?.notNull && !old.notNull)
    note(
      compare,
      old.name,
      'breaks',
      'domain-refuses',
      `domain ${b.name} refuses NULL in ${name}`,
      'Release code that always writes a value first.',
      keys,
    );
  const lost = (a?.checks ?? []).find((one) => !b.checks.some((other) => other.name === one.name));
  if (lost || (a?.notNull && !b.notNull))
    note(
      compare,
      old.name,
      'new-values',
      'domain-widened',
      `running code may read values from ${name} that could not be there before`,
      'Release code that copes first.',
      keys,
    );
}
