/** Exported validator JSON to types. What this version does not know becomes `unknown`: it can never pass. */
import { decodeLiteral } from './encoding.ts';
import { type Field, membersOf, type ScalarKind, type Type, type Types } from './type.ts';
import { isObject, type JsonObject } from './validator.ts';

const SCALARS: Readonly<Record<string, ScalarKind>> = {
  null: 'null',
  number: 'number',
  bigint: 'bigint',
  commitTs: 'bigint',
  string: 'string',
  bytes: 'bytes',
};

/** Keys that each kind may have: one more may narrow the set in a way that this version does not know. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  literal: ['value'],
  id: ['tableName'],
  array: ['value'],
  record: ['keys', 'values'],
  object: ['value'],
  union: ['value'],
};

const NO_PARTS: readonly string[] = [];
const FIELD_PARTS: readonly string[] = ['fieldType', 'optional'];

function strangeKey(json: JsonObject, parts: readonly string[]): string | undefined {
  for (const key in json) if (key !== 'type' && !parts.includes(key)) return key;
  return undefined;
}

export interface Parser {
  /** Names of the nodes that were not understood, in the order met, without repetition. */
  readonly unknown: ReadonlySet<string>;
  parse(json: unknown): Type;
}

function nodeName(json: unknown): string {
  if (!isObject(json)) return JSON.stringify(json)?.slice(0, 60) ?? 'undefined';
  return typeof json.type === 'string' ? json.type : 'a node without a type';
}

/** Whether it has parts of its own: reading a scalar again is cheaper than remembering it. */
const isCompound = (json: unknown): json is JsonObject => isObject(json) && typeof json.value === 'object';

/** `known` remembers the types of fields, so that a field which two schemas share is read once. */
export function createParser(types: Types, known = new Map<object, Type>()): Parser {
  const unknown = new Set<string>();
  const notUnderstood = (name: string): Type => {
    unknown.add(name);
    return types.unknown(name);
  };
  const parse = (json: unknown): Type => {
    if (!isObject(json) || typeof json.type !== 'string') return notUnderstood(nodeName(json));
    const extra = strangeKey(json, PARTS[json.type] ?? NO_PARTS);
    if (extra !== undefined) return notUnderstood(`${json.type} with ${extra}`);
    return parseKnown(json) ?? notUnderstood(nodeName(json));
  };
  const parseOnce = (json: unknown): Type => {
    if (!isCompound(json)) return parse(json);
    const found = known.get(json);
    if (found) return found;
    const type = parse(json);
    // What was not understood has to be told each time.
    if (unknown.size === 0) known.set(json, type);
    return type;
  };
  const parseField = (json: unknown): Field | undefined => {
    if (!isObject(json) || typeof json.optional !== 'boolean') return undefined;
    if (strangeKey(json, FIELD_PARTS) !== undefined) return undefined;
    return { type: parseOnce(json.fieldType), optional: json.optional };
  };
  const parseObject = (fields: unknown): Type | undefined => {
    if (!isObject(fields)) return undefined;
    const parsed = new Map<string, Field>();
    for (const name of Object.keys(fields)) {
      parsed.set(name, parseField(fields[name]) ?? { type: notUnderstood(`the field ${name}`), optional: false });
    }
    return types.object(parsed);
  };
  const parseRecord = (json: JsonObject): Type | undefined => {
    const values = parseField(json.values);
    if (!values || values.optional) return undefined;
    return types.record(keysOf(types, parse(json.keys)), values.type);
  };
  const parseKnown = (json: JsonObject): Type | undefined => {
    const scalar = SCALARS[String(json.type)];
    if (scalar) return types.scalar(scalar);
    switch (json.type) {
      case 'any':
        return types.any;
      case 'boolean':
        return types.boolean;
      case 'literal': {
        const value = decodeLiteral(json.value);
        return value === undefined ? undefined : types.literal(value);
      }
      case 'id':
        return typeof json.tableName === 'string' ? types.id(json.tableName) : undefined;
      case 'array':
        return types.array(parse(json.value));
      case 'record':
        return parseRecord(json);
      case 'object':
        return parseObject(json.value);
      case 'union':
        return Array.isArray(json.value) ? types.union(json.value.map(parse)) : undefined;
      default:
        return undefined;
    }
  };
  return { unknown, parse };
}

/** A record's keys are strings, whatever its validator admits beside them. */
function keysOf(types: Types, keys: Type): Type {
  if (keys.kind === 'any') return types.scalar('string');
  return types.union(membersOf(keys).filter(holdsStrings));
}

function holdsStrings(type: Type): boolean {
  if (type.kind === 'literal') return typeof type.value === 'string';
  return type.kind === 'string' || type.kind === 'id' || type.kind === 'unknown';
}
