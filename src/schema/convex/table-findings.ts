/** Tables that come, go, or look as if they had been renamed. */
import type { Finding } from './finding.ts';
import type { Schema, Table } from './schema.ts';
import { sameJson } from './validator.ts';

/** For a table that only one of the two schemas lists. */
export function tableFindings(table: string, was: Table | undefined, is: Table | undefined): readonly Finding[] {
  if (was && is) return [];
  const facts = { table, path: '', sample: null };
  if (is) {
    return [
      {
        ...facts,
        rule: 'table-added',
        why: `${table} is new: accepted while it is empty; documents that it holds from an earlier time are validated. The old schema ignores it`,
        recipe: `when ${table} was in use before, count first: npx convex run --inline-query '(await ctx.db.query("${table}").take(1)).length'`,
      },
    ];
  }
  return [
    {
      ...facts,
      rule: 'table-removed',
      why: `${table} is no longer listed: its documents stay, nothing validates them any more and its indexes are dropped; going back validates every document again, also those written meanwhile`,
      recipe: `keep ${table} in the schema until no release that you may return to uses it; then delete its documents`,
    },
  ];
}

/** A removed and an added table of one shape: a guess, said as one. Convex copies nothing. */
export function renamedTables(old: Schema, next: Schema): readonly Finding[] {
  const removed = [...old.tables.values()].filter((table) => !next.tables.has(table.name));
  const added = [...next.tables.values()].filter((table) => !old.tables.has(table.name));
  return removed.flatMap((was) => {
    const alike = added.filter((is) => sameJson(is.documentType, was.documentType));
    const [is] = alike;
    if (!is || alike.length > 1) return [];
    return [
      {
        table: was.name,
        path: '',
        rule: 'table-looks-renamed' as const,
        why: `a guess: ${was.name} looks renamed to ${is.name}. Convex has no rename: ${is.name} begins empty, and ids of ${was.name} are no ids of ${is.name}`,
        sample: null,
        recipe: `three releases: 1. list both, write to both; 2. copy ${was.name} to ${is.name} with a migration, read from ${is.name}; 3. remove ${was.name}`,
      },
    ];
  });
}

/** Validation as a whole, switched. */
export function validationFindings(old: Schema, next: Schema): readonly Finding[] {
  if (old.enforced === next.enforced) return [];
  if (next.enforced) {
    return [
      {
        path: '',
        rule: 'validation-switched-on',
        why: 'schemaValidation is switched on: every document of every listed table is validated, also where the validator is unchanged',
        sample: null,
        recipe: 'stage each validator first (.staged() in convex 1.47 or later), mend what it reports, then switch',
      },
    ];
  }
  return [
    {
      path: '',
      rule: 'validation-switched-off',
      why: 'schemaValidation is switched off: the push is always accepted, and from then on documents may hold anything; going back validates all of them',
      sample: null,
      recipe: 'leave it on: widen the validator that is in the way instead',
    },
  ];
}
