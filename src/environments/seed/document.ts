/** One document that fits a validator, in Convex JSON. */
import type { Faker } from '@faker-js/faker';
import type { FieldJson, Json, ValidatorJson } from '../../schema/convex/validator.ts';
import { booleanFor, numberFor, textFor } from './field-values.ts';

/** Nothing can be put there: a reference into a table without documents, or a kind of value that is not known. */
export const NONE = Symbol('nothing fits');
type Made = Json | typeof NONE;

export interface Maker {
  readonly faker: Faker;
  readonly table: string;
  /** The id of some document of a table; null where there is none. */
  idOf(table: string): string | null;
}

/** How often an optional field is filled. */
const FILLED = 0.75;

export function valueFor(maker: Maker, type: ValidatorJson, field: string): Made {
  const { faker } = maker;
  switch (type.type) {
    case 'null':
      return null;
    case 'number':
      return numberFor(faker, field);
    case 'bigint':
      return { $integer: int64(BigInt(Math.round(numberFor(faker, field)))) };
    case 'boolean':
      return booleanFor(faker, field);
    case 'string':
      return textFor(faker, maker.table, field);
    case 'any':
      return faker.lorem.words(2);
    case 'bytes':
      return { $bytes: Buffer.from(faker.string.alphanumeric(12)).toString('base64') };
    case 'literal':
      return type.value;
    case 'id':
      return maker.idOf(type.tableName) ?? NONE;
    case 'array':
      return listFor(maker, type.value, field);
    case 'record':
      return recordFor(maker, type, field);
    case 'object':
      return objectFor(maker, type.value);
    case 'union':
      return unionFor(maker, type.value, field);
    default:
      return NONE;
  }
}

function int64(value: bigint): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return bytes.toString('base64');
}

/** `tags` holds what a `tag` is. */
const singular = (field: string): string => field.replace(/ies$/, 'y').replace(/s$/, '');

function listFor(maker: Maker, element: ValidatorJson, field: string): Made {
  const length = maker.faker.number.int({ min: 1, max: 3 });
  const items = Array.from({ length }, () => valueFor(maker, element, singular(field)));
  return items.filter((item) => item !== NONE);
}

function recordFor(maker: Maker, { keys, values }: Extract<ValidatorJson, { type: 'record' }>, field: string): Made {
  const length = maker.faker.number.int({ min: 1, max: 3 });
  const entries = Array.from({ length }, (_, at) => {
    const key = keys.type === 'string' ? `${singular(field) || 'key'}${at + 1}` : valueFor(maker, keys, field);
    return [key, valueFor(maker, values.fieldType, singular(field))] as const;
  });
  return Object.fromEntries(
    entries.filter((entry): entry is readonly [string, Json] => typeof entry[0] === 'string' && entry[1] !== NONE),
  );
}

/** Every field uses up its own random numbers, so that one that is left out does not change the others. */
export function objectFor(maker: Maker, fields: Readonly<Record<string, FieldJson>>): Made {
  const made: Record<string, Json> = {};
  for (const [name, { fieldType, optional }] of Object.entries(fields)) {
    const filled = !optional || maker.faker.datatype.boolean(FILLED);
    const value = valueFor(maker, fieldType, name);
    if (value === NONE && !optional) return NONE;
    if (filled && value !== NONE) made[name] = value;
  }
  return made;
}

/** Null is the exception among other members. */
function unionFor(maker: Maker, members: readonly ValidatorJson[], field: string): Made {
  const rest = members.filter(({ type }) => type !== 'null');
  const nullable = rest.length < members.length;
  const order = maker.faker.helpers.shuffle([...rest]);
  const empty = nullable && !maker.faker.datatype.boolean(FILLED);
  const value = order.map((member) => valueFor(maker, member, field)).find((one) => one !== NONE) ?? NONE;
  if (nullable && (empty || value === NONE)) return null;
  return value;
}
