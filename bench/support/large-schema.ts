/** A large Convex schema as JSON: tables of 20 fields, of every kind, with unions of eight. */

type Field = { readonly fieldType: unknown; readonly optional: boolean };

const literals = (from: number, count: number): unknown => ({
  type: 'union',
  value: Array.from({ length: count }, (_, at) => ({ type: 'literal', value: `state-${from + at}` })),
});

const shapes = (table: number): unknown => ({
  type: 'union',
  value: Array.from({ length: 8 }, (_, at) => ({
    type: 'object',
    value: {
      kind: { fieldType: { type: 'literal', value: `kind-${at}` }, optional: false },
      amount: { fieldType: { type: at % 2 === 0 ? 'number' : 'bigint' }, optional: at % 3 === 0 },
      owner: { fieldType: { type: 'id', tableName: `table${table}` }, optional: true },
    },
  })),
});

const KINDS: readonly ((table: number) => unknown)[] = [
  () => ({ type: 'string' }),
  () => ({ type: 'number' }),
  (table) => ({ type: 'id', tableName: `table${table}` }),
  (table) => literals(table % 7, 8),
  (table) => ({ type: 'array', value: literals(table % 5, 8) }),
  (table) => literals(table % 3, 8),
  () => ({ type: 'record', keys: { type: 'string' }, values: { fieldType: { type: 'boolean' }, optional: false } }),
  () => ({ type: 'bigint' }),
];

function fieldsOf(table: number, changed: boolean): Record<string, Field> {
  const fields: Record<string, Field> = {};
  for (let at = 0; at < 20; at++) {
    const fieldType = KINDS[at % KINDS.length]?.(table);
    fields[`field${at}`] = { fieldType, optional: at % 4 === 0 };
  }
  fields.field5 = { fieldType: shapes(table), optional: false };
  fields.field7 = { fieldType: { type: 'array', value: shapes(table) }, optional: false };
  if (!changed) return fields;
  const change = table % 5;
  if (change === 0) fields.added = { fieldType: { type: 'string' }, optional: true };
  if (change === 1) fields.field3 = { fieldType: literals(table % 7, 9), optional: false };
  if (change === 2)
    fields.field5 = { fieldType: { type: 'union', value: [shapes(table), { type: 'null' }] }, optional: false };
  if (change === 3) delete fields.field8;
  if (change === 4) fields.field1 = { fieldType: { type: 'bigint' }, optional: false };
  return fields;
}

/** As `defineSchema(...).export()` writes it; with `changed`, each table differs from the one without. */
export function largeSchema(tables: number, changed: boolean): string {
  return JSON.stringify({
    tables: Array.from({ length: tables }, (_, at) => ({
      tableName: `table${at}`,
      indexes: [{ indexDescriptor: 'by_field1', fields: ['field1'] }],
      documentType: { type: 'object', value: fieldsOf(at, changed) },
    })),
    schemaValidation: true,
  });
}
