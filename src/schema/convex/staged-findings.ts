/** Validators that Convex checks in the background: staged, put into force, discarded. */
import type { Comparer } from './comparer.ts';
import type { Finding } from './finding.ts';
import type { Table } from './schema.ts';
import type { Type } from './type.ts';

/** For a table of both schemas, or one that comes or goes. */
export function stagedFindings(comparer: Comparer, was: Table | undefined, is: Table | undefined): readonly Finding[] {
  const parse = (json: unknown): Type | undefined =>
    json === undefined || json === null ? undefined : comparer.parse(json).type;
  const [before, after] = [parse(was?.stagedDocumentType), parse(is?.stagedDocumentType)];
  const table = is?.name ?? was?.name ?? '';
  const facts = { table, path: '', sample: null };
  if (before && is && parse(is.documentType) === before) {
    return [
      {
        ...facts,
        rule: 'staged-validation-applied',
        why: `the validator staged for ${table} is put into force: at once when its validation is complete, else every document is read first`,
        recipe: 'npx convex deploy --dry-run says whether it is complete',
      },
    ];
  }
  const discarded: readonly Finding[] =
    before && before !== after
      ? [
          {
            ...facts,
            rule: 'staged-validation-discarded',
            why: `the validator staged for ${table} is discarded: Convex asks before it does, and stops the push without a terminal`,
            recipe: 'pass --allow-unstaging-schema when that is meant',
          },
        ]
      : [];
  const staged: readonly Finding[] =
    after && before !== after
      ? [
          {
            ...facts,
            rule: 'validation-staged',
            why: `a validator is staged for ${table}: documents are checked against it in the background, nothing is refused yet`,
            recipe: 'put it into force in a later release, once the validation is complete',
          },
        ]
      : [];
  return [...discarded, ...staged];
}
