/** What Convex refuses in a schema whatever the data: names, indexes, shapes. */
import type { Comparer } from './comparer.ts';
import type { Finding } from './finding.ts';
import { refusedIndexes } from './refused-indexes.ts';
import { refusedTypes } from './refused-types.ts';
import type { Schema } from './schema.ts';

/** Why this much is not pushed: a sentence, and what to do. */
export interface Refusal {
  readonly path: string;
  readonly why: string;
  readonly recipe: string;
}

/** Letters, digits and underscores, not beginning with an underscore or a digit, at most 64. */
export const NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;

export function refusals(comparer: Comparer, schema: Schema): readonly Finding[] {
  return [...schema.tables.values()].flatMap((table) => {
    const named: readonly Refusal[] = NAME.test(table.name)
      ? []
      : [
          {
            path: '',
            why: `${JSON.stringify(table.name)} is no name for a table`,
            recipe: 'begin with a letter; letters, digits and underscores only',
          },
        ];
    return [...named, ...refusedTypes(table), ...refusedIndexes(table, comparer.parse(table.documentType).type)].map(
      (refusal) => ({
        table: table.name,
        rule: 'schema-refused' as const,
        sample: null,
        ...refusal,
        why: `Convex refuses the schema whatever the data: ${refusal.why}`,
      }),
    );
  });
}
