/** In which order tables are filled: a document refers to documents that are there already. */
import { Problem } from '../../core/errors.ts';
import type { ValidatorJson } from '../../schema/convex/validator.ts';

interface References {
  /** Without a document of these there is none of this table. */
  readonly needed: ReadonlySet<string>;
  /** Followed where it can be. */
  readonly wanted: ReadonlySet<string>;
}

function* references(type: ValidatorJson, needed: boolean): Generator<readonly [table: string, needed: boolean]> {
  if (type.type === 'id') yield [type.tableName, needed];
  else if (type.type === 'array') yield* references(type.value, false);
  else if (type.type === 'record') yield* references(type.values.fieldType, false);
  else if (type.type === 'object') {
    for (const { fieldType, optional } of Object.values(type.value)) yield* references(fieldType, needed && !optional);
  } else if (type.type === 'union') {
    const must = needed && type.value.length === 1;
    for (const member of type.value) yield* references(member, must);
  }
}

function referencesOf(type: ValidatorJson): References {
  const all = [...references(type, true)];
  return {
    needed: new Set(all.filter(([, needed]) => needed).map(([table]) => table)),
    wanted: new Set(all.map(([table]) => table)),
  };
}

/**
 * Tables in groups that can be filled at once; `filled` are there already. An optional reference in a circle is left
 * out at the table that comes first.
 * @throws Problem SCHEMA_UNREADABLE where required references go in a circle, or lead to what cannot be made
 */
export function tableOrder(
  types: ReadonlyMap<string, ValidatorJson>,
  filled: ReadonlySet<string>,
): readonly (readonly string[])[] {
  const left = new Map([...types].map(([name, type]) => [name, referencesOf(type)]));
  const done = new Set(filled);
  const groups: string[][] = [];
  while (left.size > 0) {
    const ready = (of: (one: References) => ReadonlySet<string>, isThere: (table: string) => boolean) =>
      [...left].filter(([, one]) => [...of(one)].every(isThere)).map(([name]) => name);
    // What nobody fills is no reason to wait for it, unless it is needed.
    const all = ready(
      ({ wanted }) => wanted,
      (table) => done.has(table) || !left.has(table),
    ).filter((name) => [...(left.get(name)?.needed ?? [])].every((table) => done.has(table)));
    const [first] =
      all.length > 0
        ? []
        : ready(
            ({ needed }) => needed,
            (table) => done.has(table),
          );
    const group = first === undefined ? all : [first];
    if (group.length === 0) throw stuck(left, done);
    groups.push(group);
    for (const name of group) {
      left.delete(name);
      done.add(name);
    }
  }
  return groups;
}

function stuck(left: ReadonlyMap<string, References>, done: ReadonlySet<string>): Problem {
  const details = [...left].map(([name, { needed }]) => {
    const missing = [...needed].filter((table) => !done.has(table));
    return `${name} needs a document of ${missing.join(' and ')}`;
  });
  return new Problem('SCHEMA_UNREADABLE', `${[...left.keys()].join(', ')} cannot be filled`, {
    why: 'required references lead in a circle, or to a table that holds none and is not filled',
    next: 'make one of the references optional, or name the other tables with --table',
    details,
    retry: 'after-change',
  });
}
