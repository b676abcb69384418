/** Indexes that Convex refuses whatever the data. */
import type { Refusal } from './refusals.ts';
import { NAME } from './refusals.ts';
import type { Index, Table } from './schema.ts';
import { type Field, membersOf, type Type } from './type.ts';

const RESERVED = new Set(['by_id', 'by_creation_time']);
const MAX_FIELDS = 16;
/** What the backend enforces; its documentation says 32. */
const MAX_INDEXES = 64;
/** Set by Convex in every document. */
const SYSTEM_FIELD = '_creationTime';

export function refusedIndexes(table: Table, type: Type): readonly Refusal[] {
  const seen: Index[] = [];
  const found = table.indexes.flatMap((index) => {
    const refused = [...nameRefusals(index, seen), ...fieldRefusals(index, type)];
    seen.push(index);
    return refused.map((refusal) => ({ path: index.name, ...refusal }));
  });
  if (table.indexes.length <= MAX_INDEXES) return found;
  const why = `${table.name} has ${table.indexes.length} indexes; Convex admits ${MAX_INDEXES}`;
  return [...found, { path: '', why, recipe: 'remove those that no function queries' }];
}

type Words = Omit<Refusal, 'path'>;

function nameRefusals({ name, kind, fields }: Index, seen: readonly Index[]): readonly Words[] {
  if (RESERVED.has(name)) return [{ why: `the index name ${name} is reserved`, recipe: 'choose another name' }];
  if (!NAME.test(name))
    return [
      {
        why: `${JSON.stringify(name)} is no name for an index`,
        recipe: 'begin with a letter; letters, digits and underscores only',
      },
    ];
  if (seen.some((other) => other.name === name))
    return [{ why: `two indexes are named ${name}`, recipe: 'rename or remove one' }];
  const same = seen.find((other) => kind === 'db' && other.kind === 'db' && other.fields.join() === fields.join());
  return same ? [{ why: `${name} and ${same.name} have the same fields`, recipe: 'remove one' }] : [];
}

function fieldRefusals({ kind, name, fields, filterFields }: Index, type: Type): readonly Words[] {
  const all = [...fields, ...filterFields];
  const words: Words[] = [];
  if (kind === 'db' && fields.length === 0) words.push({ why: `${name} has no fields`, recipe: 'name at least one' });
  if (fields.length > MAX_FIELDS)
    words.push({
      why: `${name} has ${fields.length} fields; Convex admits ${MAX_FIELDS}`,
      recipe: 'index fewer fields',
    });
  if (all.includes('_id')) words.push({ why: `${name} indexes _id`, recipe: 'use db.get for a single document' });
  const twice = [fields, filterFields].flatMap((list) => list.filter((field, at) => list.indexOf(field) !== at));
  if (twice.length > 0) words.push({ why: `${name} names ${twice.join(', ')} twice`, recipe: 'name it once' });
  const missing = all.filter(
    (field) => field !== '_id' && field !== SYSTEM_FIELD && typesAt(type, field.split('.')).length === 0,
  );
  if (missing.length > 0)
    words.push({
      why: `no document can have ${missing.join(', ')}, which ${name} indexes`,
      recipe: 'add the field to the validator, or mend its name',
    });
  if (
    kind === 'vector' &&
    missing.length === 0 &&
    !fields.some((field) => typesAt(type, field.split('.')).some(holdsVector))
  ) {
    words.push({
      why: `${fields.join(', ')} cannot be a list of numbers, which ${name} needs`,
      recipe: 'v.array(v.float64())',
    });
  }
  return words;
}

function holdsVector(type: Type): boolean {
  if (type.kind === 'any' || type.kind === 'unknown') return true;
  return (
    type.kind === 'array' &&
    membersOf(type.element).some(
      (element) => element.kind === 'number' || element.kind === 'any' || element.kind === 'unknown',
    )
  );
}

/** The types that a field path can have in some document; Convex does not walk into records. */
function typesAt(type: Type, path: readonly string[]): readonly Type[] {
  const [step, ...rest] = path;
  if (step === undefined) return membersOf(type);
  return membersOf(type).flatMap((member) => {
    if (member.kind === 'any' || member.kind === 'unknown') return [member];
    const field: Field | undefined = member.kind === 'object' ? member.fields.get(step) : undefined;
    return field ? typesAt(field.type, rest) : [];
  });
}
