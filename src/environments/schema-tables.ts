/** The tables of an exported schema, as far as documents are made or rewritten by them. */
import { Problem } from '../core/errors.ts';
import { readSchema } from '../schema/convex/schema.ts';
import { isObject, SchemaFormatError, type ValidatorJson } from '../schema/convex/validator.ts';

/** Validators by table name. @throws Problem SCHEMA_UNREADABLE */
export function tableTypes(schema: unknown): ReadonlyMap<string, ValidatorJson> {
  try {
    const { tables } = readSchema(schema, 'the live schema');
    return new Map([...tables].map(([name, { documentType }]) => [name, typeOf(documentType)]));
  } catch (error) {
    if (!(error instanceof SchemaFormatError)) throw error;
    throw new Problem('SCHEMA_UNREADABLE', 'The live schema cannot be read', { why: error.message, cause: error });
  }
}

function typeOf(json: unknown): ValidatorJson {
  return isObject(json) && typeof json['type'] === 'string' ? (json as unknown as ValidatorJson) : { type: 'any' };
}
