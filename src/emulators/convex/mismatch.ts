/** Why a value does not match its validator, in the vendor's words (crates/common/src/schemas of its public source). */
import { jsonToConvex, type Value } from 'convex/values';
import { describeLiteral, describeValidator, describeValue } from './describe.ts';
import { tableOf } from './table-data.ts';
import type { ValidatorJson } from './validator-json.ts';

type ObjectJson = Extract<ValidatorJson, { type: 'object' }>;
type Fields = Readonly<Record<string, Value | undefined>>;

interface Single {
  readonly path: readonly string[];
  /** The whole text, where it is the only fault. */
  readonly text: (path: string) => string;
  /** The line in a list of several. */
  readonly bullet: string;
}

interface Several {
  readonly faults: readonly Single[];
  readonly object: string;
  readonly validator: string;
}

type Fault = Single | Several;

/** Null: it matches. */
export function mismatch(validator: ValidatorJson, value: Value | undefined): string | null {
  const fault = check(validator, value);
  return fault && tell(fault);
}

function tell(fault: Fault): string {
  if (!('faults' in fault)) return fault.text(pathText(fault.path));
  const lines = fault.faults.map(({ bullet, path }) => `- ${bullet}${path.length > 0 ? ` ${pathText(path)}` : ''}`);
  return `Object has multiple validation errors:\n${lines.join('\n')}\nObject: ${fault.object}\nValidator: ${fault.validator}`;
}

const pathText = (path: readonly string[]) => (path.length > 0 ? `Path: ${path.join('')}` : '');

function check(validator: ValidatorJson, value: Value | undefined): Fault | null {
  switch (validator.type) {
    case 'any':
      return value === undefined ? noMatch(validator, value) : null;
    case 'literal':
      return checkLiteral(jsonToConvex(validator.value), value);
    case 'id':
      return checkId(validator, value);
    case 'array':
      return Array.isArray(value) ? checkArray(validator.value, value) : noMatch(validator, value);
    case 'union':
      return checkUnion(validator, value);
    case 'record':
      return isFields(value) ? checkRecord(validator, value) : noMatch(validator, value);
    case 'object':
      return isFields(value) ? checkObject(validator, value) : noMatch(validator, value);
    default:
      return SCALARS[validator.type](value) ? null : noMatch(validator, value);
  }
}

const SCALARS = {
  null: (value: unknown) => value === null,
  number: (value: unknown) => typeof value === 'number',
  bigint: (value: unknown) => typeof value === 'bigint',
  commitTs: (value: unknown) => typeof value === 'bigint',
  boolean: (value: unknown) => typeof value === 'boolean',
  string: (value: unknown) => typeof value === 'string',
  bytes: (value: unknown) => value instanceof ArrayBuffer,
} as const;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ArrayBuffer);

function noMatch(validator: ValidatorJson, value: Value | undefined): Single {
  const shown = describeValue(value);
  const wanted = describeValidator(validator);
  return {
    path: [],
    text: (path) => `Value does not match validator.\n${path}\nValue: ${shown}\nValidator: ${wanted}`,
    bullet: `\`${shown}\` does not match validator \`${wanted}\``,
  };
}

function sentence(text: string): Single {
  return { path: [], text: (path) => `${text}${path}`, bullet: text };
}

function checkLiteral(wanted: Value, value: Value | undefined): Fault | null {
  if (value === wanted) return null;
  return sentence(
    `\`${describeValue(value)}\` does not match literal validator \`v.literal(${describeLiteral(wanted)})\`.`,
  );
}

function checkId(validator: Extract<ValidatorJson, { type: 'id' }>, value: Value | undefined): Fault | null {
  const table = typeof value === 'string' ? tableOf(value) : null;
  if (table === null) return noMatch(validator, value);
  if (table === validator.tableName) return null;
  const found = table.startsWith('_') ? 'a system table' : `table \`${table}\``;
  return sentence(
    `Found ID ${JSON.stringify(value)} from ${found}, which does not match the table name in validator \`${describeValidator(validator)}\`.`,
  );
}

function checkArray(element: ValidatorJson, values: readonly Value[]): Fault | null {
  for (const [at, value] of values.entries()) {
    const fault = check(element, value);
    if (fault) return within(fault, `[${at}]`);
  }
  return null;
}

function checkUnion(validator: Extract<ValidatorJson, { type: 'union' }>, value: Value | undefined): Fault | null {
  const [only, second] = validator.value;
  if (only && !second) return check(only, value);
  return validator.value.some((member) => check(member, value) === null) ? null : noMatch(validator, value);
}

function checkRecord(validator: Extract<ValidatorJson, { type: 'record' }>, fields: Fields): Fault | null {
  for (const [key, value] of Object.entries(fields)) {
    const badKey = check(validator.keys, key);
    if (badKey) return within(badKey, '.keys()');
    const badValue = check(validator.values.fieldType, value);
    if (badValue) return within(badValue, '.values()');
  }
  return null;
}

function checkObject(validator: ObjectJson, fields: Fields): Fault | null {
  const faults: Fault[] = [];
  for (const [name, field] of Object.entries(validator.value).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const value = fields[name];
    if (value === undefined && !field.optional) faults.push(missing(name, validator, fields));
    const fault = value === undefined ? null : check(field.fieldType, value);
    if (fault) faults.push(within(fault, `.${name}`));
  }
  for (const name of Object.keys(fields).toSorted()) {
    if (fields[name] !== undefined && !Object.hasOwn(validator.value, name))
      faults.push(extra(name, validator, fields));
  }
  const [only, second] = faults;
  if (!only || !second) return only ?? null;
  return {
    faults: faults.flatMap((fault) => ('faults' in fault ? fault.faults : [fault])),
    object: describeValue(fields as Value),
    validator: describeValidator(validator),
  };
}

function missing(name: string, validator: ObjectJson, fields: Fields): Single {
  return objectFault(
    `Object is missing the required field \`${name}\`. Consider wrapping the field validator in \`v.optional(...)\` if this is expected.`,
    `missing required field \`${name}\``,
    validator,
    fields,
  );
}

function extra(name: string, validator: ObjectJson, fields: Fields): Single {
  return objectFault(
    `Object contains extra field \`${name}\` that is not in the validator.`,
    `extra field \`${name}\` that is not in the validator`,
    validator,
    fields,
  );
}

function objectFault(text: string, bullet: string, validator: ObjectJson, fields: Fields): Single {
  const shown = `Object: ${describeValue(fields as Value)}\nValidator: ${describeValidator(validator)}`;
  return { path: [], text: (path) => `${text}\n${path}\n${shown}`, bullet };
}

function within(fault: Fault, step: string): Fault {
  if (!('faults' in fault)) return { ...fault, path: [step, ...fault.path] };
  return { ...fault, faults: fault.faults.map((one) => ({ ...one, path: [step, ...one.path] })) };
}
