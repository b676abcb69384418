/** Values and validators in the words of the vendor's error texts: names sorted, floats with their point. */
import { jsonToConvex, type Value } from 'convex/values';
import type { FieldJson, ValidatorJson } from './validator-json.ts';

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) => (a < b ? -1 : a > b ? 1 : 0);

export function describeValue(value: Value | undefined): string {
  if (value === undefined) return 'undefined';
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return Number.isInteger(value) ? `${value}.0` : String(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'string') return JSON.stringify(value);
  if (value instanceof ArrayBuffer) return `<${value.byteLength} bytes>`;
  if (Array.isArray(value)) return `[${value.map(describeValue).join(', ')}]`;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return `{${fields
    .sort(byName)
    .map(([name, field]) => `${name}: ${describeValue(field)}`)
    .join(', ')}}`;
}

const PLAIN = {
  null: 'v.null()',
  number: 'v.float64()',
  bigint: 'v.int64()',
  commitTs: 'v.commitTs()',
  boolean: 'v.boolean()',
  string: 'v.string()',
  bytes: 'v.bytes()',
  any: 'v.any()',
} as const;

export function describeValidator(validator: ValidatorJson): string {
  switch (validator.type) {
    case 'literal':
      return `v.literal(${describeLiteral(jsonToConvex(validator.value))})`;
    case 'id':
      return `v.id(${JSON.stringify(validator.tableName)})`;
    case 'array':
      return `v.array(${describeValidator(validator.value)})`;
    case 'record':
      return `v.record(${describeValidator(validator.keys)}, ${describeField(validator.values)})`;
    case 'union':
      return `v.union(${validator.value.map(describeValidator).join(', ')})`;
    case 'object':
      return `v.object({${Object.entries(validator.value)
        .sort(byName)
        .map(([name, field]) => `${name}: ${describeField(field)}`)
        .join(', ')}})`;
    default:
      return PLAIN[validator.type];
  }
}

const describeField = (field: FieldJson) =>
  field.optional ? `v.optional(${describeValidator(field.fieldType)})` : describeValidator(field.fieldType);

/** A literal is shown as JSON where JSON has a form for it. */
export function describeLiteral(value: Value): string {
  if (typeof value === 'bigint') return '<bigint>';
  return typeof value === 'number' ? describeValue(value) : JSON.stringify(value);
}
