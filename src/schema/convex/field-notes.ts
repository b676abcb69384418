/** What the types alone do not say about the fields of a table: renames, and fields that old code drops. */
import { oldCodeReturns, oldSchemaReturns } from './verdict.ts';
import type { Relations } from './comparer.ts';
import type { Finding } from './finding.ts';
import type { Field, Type } from './type.ts';

type Entry = readonly [string, Field];

const fieldsOnlyIn = (type: Type, other: Type): readonly Entry[] =>
  type.kind === 'object' && other.kind === 'object' ? [...type.fields].filter(([name]) => !other.fields.has(name)) : [];

/** A field that went and a field of the same type that came, and no other of that type: a guess, said as one. */
export function renamedFields(old: Type, next: Type, table: string): readonly Finding[] {
  const [removed, added] = [fieldsOnlyIn(old, next), fieldsOnlyIn(next, old)];
  const sameAs = (field: Field) => (entry: Entry) => entry[1].type === field.type;
  return removed.flatMap(([from, field]) => {
    const [to, ...others] = added.filter(sameAs(field));
    if (!to || others.length > 0 || removed.filter(sameAs(field)).length > 1) return [];
    return [
      {
        table,
        path: to[0],
        rule: 'field-looks-renamed' as const,
        why: `a guess: ${from} looks renamed to ${to[0]}. Convex has no rename: no value is carried over`,
        sample: null,
        recipe: `three releases: 1. add ${to[0]} as optional, write both; 2. copy ${from} to ${to[0]} in every document of ${table}, read ${to[0]}; 3. make ${from} optional, unset it, remove it`,
      },
    ];
  });
}

/** Old code that replaces a whole document leaves out the fields that it does not know, and nothing refuses that. */
export function replaceWarnings(relations: Relations, old: Type, next: Type, table: string): readonly Finding[] {
  if (!oldCodeReturns(relations, false) || oldSchemaReturns(relations)) return [];
  return fieldsOnlyIn(next, old).map(([name]) => ({
    table,
    path: name,
    rule: 'replace-drops-field' as const,
    why: `old code that calls db.replace on ${table} removes ${name} without a word`,
    sample: null,
    recipe: `let functions of ${table} use db.patch before ${name} is added, or count it before and after`,
  }));
}
