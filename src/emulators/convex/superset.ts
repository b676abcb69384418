/** Whether every value of one validator is a value of another: then no document needs to be looked at. */
import type { FieldJson, ValidatorJson } from './validator-json.ts';

/** True only where it is certain. */
export function isSuperset(wide: ValidatorJson, narrow: ValidatorJson): boolean {
  if (wide.type === 'any') return true;
  if (narrow.type === 'union') return narrow.value.every((member) => isSuperset(wide, member));
  if (wide.type === 'union') return wide.value.some((member) => isSuperset(member, narrow));
  if (narrow.type === 'literal') return holdsLiteral(wide, narrow);
  if (wide.type === 'array' && narrow.type === 'array') return isSuperset(wide.value, narrow.value);
  if (wide.type === 'record' && narrow.type === 'record')
    return isSuperset(wide.keys, narrow.keys) && isSuperset(wide.values.fieldType, narrow.values.fieldType);
  if (wide.type === 'object' && narrow.type === 'object') return holdsObject(wide.value, narrow.value);
  return JSON.stringify(wide) === JSON.stringify(narrow);
}

function holdsLiteral(wide: ValidatorJson, narrow: Extract<ValidatorJson, { type: 'literal' }>): boolean {
  if (wide.type === 'literal') return JSON.stringify(wide.value) === JSON.stringify(narrow.value);
  return typeof narrow.value === 'object' ? wide.type === 'bigint' : wide.type === typeof narrow.value;
}

function holdsObject(wide: Readonly<Record<string, FieldJson>>, narrow: Readonly<Record<string, FieldJson>>): boolean {
  const fits = (name: string, field: FieldJson) => {
    const old = narrow[name];
    if (!old) return field.optional;
    return (field.optional || !old.optional) && isSuperset(field.fieldType, old.fieldType);
  };
  return (
    Object.keys(narrow).every((name) => Object.hasOwn(wide, name)) &&
    Object.entries(wide).every(([name, field]) => fits(name, field))
  );
}
