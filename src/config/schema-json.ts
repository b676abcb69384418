/** JSON Schema of the configuration file, for editors; written to `schema/belay.schema.json`. */
import { z } from 'zod';
import { configShape } from './shape.ts';

type Json = Record<string, unknown>;

/**
 * Looser than the shape in one way: inside `defaults` and the environments nothing is required and null
 * is allowed, because each may be laid over another. Loading judges what comes out in the end.
 */
export function configJsonSchema(): Json {
  const schema = z.toJSONSchema(configShape, { io: 'input', unrepresentable: 'any', override: dropCustom }) as Json;
  const { environments, defaults, ...others } = schema.properties as Record<string, Json>;
  const overlay = { ...environments, additionalProperties: loosen(environments?.additionalProperties) };
  return { title: 'Belay', ...schema, properties: { ...others, defaults: loosen(defaults), environments: overlay } };
}

/** A target of the user's own can only be given in TypeScript: what stands for it here must not allow everything. */
function dropCustom({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodTypes; jsonSchema: Json }): void {
  if (zodSchema instanceof z.ZodCustom) jsonSchema.not = {};
}

function loosen(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(loosen);
  if (typeof schema !== 'object' || schema === null) return schema;
  const { required: _dropped, properties, ...rest } = schema as Json;
  const inner = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [key, KEPT.has(key) ? value : loosen(value)]),
  );
  if (typeof properties !== 'object' || properties === null) return inner;
  const loose = Object.entries(properties).map(([key, value]) => [
    key,
    key === 'type' ? value : nullable(loosen(value) as Json),
  ]);
  return { ...inner, properties: Object.fromEntries(loose) };
}

const KEPT: ReadonlySet<string> = new Set(['default', 'enum', 'const']);

function nullable(schema: Json): Json {
  const { description, default: fallback, ...rest } = schema;
  return {
    ...(description ? { description } : {}),
    ...(fallback === undefined ? {} : { default: fallback }),
    anyOf: [rest, { type: 'null' }],
  };
}
