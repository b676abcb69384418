/** A document with nothing of a person in it: walked beside its validator, which knows what is a choice and what is a text. */
import type { Json, ValidatorJson } from '../../schema/convex/validator.ts';
import { classifyNumber, classifyText } from './classify.ts';
import type { Pseudonyms } from './pseudonyms.ts';
import type { Action, RuleOf } from './rules.ts';

export interface Anonymiser {
  readonly table: string;
  readonly ruleOf: RuleOf;
  readonly pseudonyms: Pseudonyms;
  /** Called for every value of which nobody can tell what it is; its place, and its kind. Never its value. */
  readonly unsure: (path: string, kind: 'text' | 'number' | 'bytes' | 'keys') => void;
}

/** The field goes. */
export const GONE = Symbol('removed');
type Out = Json | typeof GONE;
type Types = readonly ValidatorJson[];

const SYSTEM = new Set(['_id', '_creationTime']);

export function anonymised(to: Anonymiser, document: Readonly<Record<string, Json>>, type: ValidatorJson): Json {
  const out: Record<string, Json> = {};
  const types = flat([type]);
  for (const [name, value] of Object.entries(document)) {
    const made = SYSTEM.has(name) ? value : walk(to, value, fieldTypes(types, name), name);
    if (made !== GONE) out[name] = made;
  }
  return out;
}

const flat = (types: Types): Types => types.flatMap((type) => (type.type === 'union' ? flat(type.value) : [type]));

function fieldTypes(types: Types, name: string): Types {
  return flat(
    types.flatMap((type) => {
      if (type.type === 'object') return Object.hasOwn(type.value, name) ? [type.value[name]?.fieldType ?? ANY] : [];
      return type.type === 'record' ? [type.values.fieldType] : [];
    }),
  );
}

const ANY: ValidatorJson = { type: 'any' };
const lastOf = (path: string): string => path.split('.').at(-1) ?? path;

function walk(to: Anonymiser, value: Json, types: Types, path: string): Out {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return text(to, value, types, path);
  if (typeof value === 'number') return number(to, value, types, path);
  if (Array.isArray(value)) {
    const elements = flat(types.flatMap((type) => (type.type === 'array' ? [type.value] : [])));
    const items = (value as readonly Json[]).map((item) => walk(to, item, elements, path));
    return items.includes(GONE) ? GONE : (items as readonly Json[]);
  }
  return object(to, value as Readonly<Record<string, Json>>, types, path);
}

/** Ids and choices of the validator are no texts of anybody. */
function isGiven(value: Json, types: Types): boolean {
  return types.some(
    (type) => (type.type === 'id' && typeof value === 'string') || (type.type === 'literal' && type.value === value),
  );
}

function text(to: Anonymiser, value: string, types: Types, path: string): Out {
  const rule = to.ruleOf(to.table, path);
  if (rule === null && isGiven(value, types)) return value;
  const action = rule ?? classifyText(lastOf(path), value);
  if (action === null || action === 'number') {
    to.unsure(path, 'text');
    return GONE;
  }
  return act(to, action, value);
}

function act(to: Anonymiser, action: Exclude<Action, 'number'>, value: string): string | typeof GONE {
  if (action === 'keep') return value;
  return action === 'remove' ? GONE : to.pseudonyms.text(action, value);
}

function number(to: Anonymiser, value: number, types: Types, path: string): Out {
  const rule = to.ruleOf(to.table, path);
  if (rule === null && isGiven(value, types)) return value;
  const action = rule ?? classifyNumber(lastOf(path));
  if (action === 'keep') return value;
  if (action === 'remove') return GONE;
  if (action === 'number') return to.pseudonyms.number(value);
  to.unsure(path, 'number');
  return GONE;
}

function object(to: Anonymiser, value: Readonly<Record<string, Json>>, types: Types, path: string): Out {
  const encoded = Object.keys(value).length === 1 ? Object.keys(value)[0] : undefined;
  if (encoded === '$integer' || encoded === '$float' || encoded === '$bytes') return scalar(to, value, encoded, path);
  const rule = to.ruleOf(to.table, path);
  if (rule === 'remove') return GONE;
  // In a record the keys are data themselves.
  const isRecord = types.some((type) => type.type === 'record' && type.keys.type === 'string');
  const out: Record<string, Json> = {};
  for (const [name, inner] of Object.entries(value)) {
    const isField = types.some((type) => type.type === 'object' && Object.hasOwn(type.value, name));
    const key = isRecord || (!isField && looksPrivate(name)) ? keyFor(to, name, path) : name;
    const made = walk(to, inner, fieldTypes(types, name), isRecord ? path : `${path}.${name}`);
    if (made !== GONE && key !== GONE) out[key] = made;
  }
  return out;
}

/** A key that looks like somebody's address is one. */
const looksPrivate = (key: string): boolean => classifyText('', key) !== null;

function keyFor(to: Anonymiser, key: string, path: string): string | typeof GONE {
  const action = to.ruleOf(to.table, `${path}{}`) ?? classifyText('', key);
  if (action !== null && action !== 'number') return act(to, action, key);
  to.unsure(`${path}{}`, 'keys');
  return GONE;
}

function scalar(to: Anonymiser, value: Json, kind: '$integer' | '$float' | '$bytes', path: string): Out {
  const rule = to.ruleOf(to.table, path);
  const action = rule ?? (kind === '$bytes' ? null : classifyNumber(lastOf(path)));
  if (action === 'keep') return value;
  if (action !== 'remove') to.unsure(path, kind === '$bytes' ? 'bytes' : 'number');
  return GONE;
}
