/**
 * What a validator admits, said a second time and as plainly as possible: by looking at single values, in Convex JSON.
 * Nothing of src is used, so that a mistake there cannot hide here.
 */
import type { FieldJson, ValidatorJson } from '../../../src/schema/convex/validator.ts';

/** A value in Convex JSON; an id is the string `<id of TABLE>`. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };
type Fields = { readonly [key: string]: JsonValue };

const isFields = (value: JsonValue): value is Fields =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !Object.keys(value).some((key) => key.startsWith('$'));

const isTagged = (value: JsonValue, tag: string): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && tag in value;

/** `open`: fields that an object does not list are ignored, as code that reads does. */
export function admits(type: ValidatorJson, value: JsonValue, open: boolean): boolean {
  switch (type.type) {
    case 'any':
      return true;
    case 'null':
      return value === null;
    case 'number':
    case 'string':
    case 'boolean':
      return typeof value === type.type;
    case 'bigint':
    case 'commitTs':
      return isTagged(value, '$integer');
    case 'bytes':
      return isTagged(value, '$bytes');
    case 'literal':
      return JSON.stringify(value) === JSON.stringify(type.value);
    case 'id':
      return value === `<id of ${type.tableName}>`;
    case 'array':
      return Array.isArray(value) && value.every((element: JsonValue) => admits(type.value, element, open));
    case 'union':
      return type.value.some((member) => admits(member, value, open));
    case 'record':
      return (
        isFields(value) &&
        Object.entries(value).every(
          ([key, inner]) => admits(type.keys, key, false) && admits(type.values.fieldType, inner, open),
        )
      );
    case 'object':
      return (
        isFields(value) &&
        Object.keys(value).every((key) => open || key in type.value) &&
        Object.entries(type.value).every(([key, field]) => admitsField(field, value[key], open))
      );
  }
}

function admitsField(field: FieldJson, value: JsonValue | undefined, open: boolean): boolean {
  return value === undefined ? field.optional : admits(field.fieldType, value, open);
}

/** Enough different values of each kind to tell any two of the small types apart. */
const FEW: Readonly<Record<string, readonly JsonValue[]>> = {
  null: [null],
  number: [0, 1, 2.5],
  string: ['a', 'b', 'other', '<id of users>', '<id of teams>'],
  boolean: [true, false],
  bigint: [{ $integer: 'AQAAAAAAAAA=' }, { $integer: 'BwAAAAAAAAA=' }],
  commitTs: [{ $integer: 'AQAAAAAAAAA=' }, { $integer: 'BwAAAAAAAAA=' }],
  bytes: [{ $bytes: 'AQ==' }],
};

const KEYS: readonly string[] = ['a', 'b', 'k', 'other', '<id of users>'];

/** A mixed bag for `any`. */
const BAG: readonly JsonValue[] = [
  ...Object.values(FEW).flat(),
  [],
  {},
  ['a'],
  [0],
  [null],
  { a: 'a' },
  { a: 0, b: true },
  { k: 'other' },
  { other: null },
];

/** Every `step`th, so that a long list is thinned over its whole length. */
function thin<T>(list: readonly T[], most: number): readonly T[] {
  if (list.length <= most) return list;
  const step = list.length / most;
  return Array.from({ length: most }, (_, at) => list[Math.floor(at * step)]).filter((item) => item !== undefined);
}

/** Small values of a type, at most `most` of them, spread over its choices. */
export function enumerate(type: ValidatorJson, most: number): readonly JsonValue[] {
  switch (type.type) {
    case 'any':
      return thin(BAG, most);
    case 'literal':
      return [asValue(type.value)];
    case 'id':
      return [`<id of ${type.tableName}>`];
    case 'union':
      return type.value.flatMap((member) => enumerate(member, Math.max(2, Math.ceil(most / type.value.length))));
    case 'array': {
      const one = enumerate(type.value, Math.max(3, Math.floor(Math.sqrt(most))));
      return thin(
        [[], ...one.map((element) => [element]), ...one.flatMap((a) => one.map((b) => [a, b])), [...one]],
        most,
      );
    }
    case 'record': {
      const keys = KEYS.filter((key) => admits(type.keys, key, false));
      const values = enumerate(type.values.fieldType, Math.max(3, Math.floor(Math.sqrt(most))));
      return thin(
        products(
          keys.map((key) => [key, [undefined, ...values]]),
          most * 4,
        ),
        most,
      );
    }
    case 'object': {
      const each = Math.max(4, Math.ceil(most ** (1 / Math.max(1, Object.keys(type.value).length))));
      const fields = Object.entries(type.value).map(([key, field]): Choice => {
        const values = enumerate(field.fieldType, each);
        return [key, field.optional ? [undefined, ...values] : values];
      });
      return thin(products(fields, most * 4), most);
    }
    default:
      return thin(FEW[type.type] ?? [], most);
  }
}

const asValue = (json: unknown): JsonValue => JSON.parse(JSON.stringify(json)) as JsonValue;

type Choice = readonly [string, readonly (JsonValue | undefined)[]];

function products(choices: readonly Choice[], most: number): readonly Fields[] {
  let found: readonly Fields[] = [{}];
  for (const [key, values] of choices) {
    found = thin(
      found.flatMap((fields) => values.map((value) => (value === undefined ? fields : { ...fields, [key]: value }))),
      most,
    );
  }
  return found;
}
