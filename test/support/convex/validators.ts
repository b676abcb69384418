/** Random small validators, and pairs of them that are mostly related: what changes between two releases looks like. */
import fc from 'fast-check';
import type { FieldJson, ValidatorJson } from '../../../src/schema/convex/validator.ts';

const FIELDS = ['a', 'b', 'k'] as const;

const literal: fc.Arbitrary<ValidatorJson> = fc
  .constantFrom<ValidatorJson extends infer T ? (T extends { type: 'literal'; value: infer V } ? V : never) : never>(
    'a',
    'b',
    'other',
    0,
    1,
    true,
    false,
    { $integer: 'AQAAAAAAAAA=' },
  )
  .map((value) => ({ type: 'literal', value }));

const scalar: fc.Arbitrary<ValidatorJson> = fc.oneof(
  fc
    .constantFrom('null', 'number', 'bigint', 'commitTs', 'boolean', 'string', 'bytes')
    .map((type) => ({ type }) as const),
  literal,
  literal,
  fc.constantFrom('users', 'teams').map((tableName) => ({ type: 'id' as const, tableName })),
);

const keys: fc.Arbitrary<ValidatorJson> = fc.oneof(
  fc.constant<ValidatorJson>({ type: 'string' }),
  fc.constant<ValidatorJson>({ type: 'id', tableName: 'users' }),
  fc.constantFrom('a', 'b').map((value): ValidatorJson => ({ type: 'literal', value })),
  fc.constant<ValidatorJson>({
    type: 'union',
    value: [
      { type: 'literal', value: 'a' },
      { type: 'id', tableName: 'users' },
    ],
  }),
);

const optional = fc.boolean();

const objectOf = (inner: fc.Arbitrary<ValidatorJson>): fc.Arbitrary<ValidatorJson> =>
  fc
    .dictionary(fc.constantFrom(...FIELDS), fc.record<FieldJson>({ fieldType: inner, optional }), {
      maxKeys: 3,
      noNullPrototype: true,
    })
    .map((value) => ({ type: 'object', value }));

export const validator: fc.Arbitrary<ValidatorJson> = fc.letrec<{ node: ValidatorJson }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 5, arbitrary: scalar },
    { weight: 1, arbitrary: fc.constant<ValidatorJson>({ type: 'any' }) },
    {
      weight: 4,
      arbitrary: fc.array(tie('node'), { maxLength: 3 }).map((value): ValidatorJson => ({ type: 'union', value })),
    },
    { weight: 5, arbitrary: objectOf(tie('node')) },
    { weight: 2, arbitrary: tie('node').map((value): ValidatorJson => ({ type: 'array', value })) },
    {
      weight: 2,
      arbitrary: fc.tuple(keys, tie('node')).map(([key, fieldType]): ValidatorJson => ({
        type: 'record',
        keys: key,
        values: { fieldType, optional: false },
      })),
    },
  ),
})).node;

/** A change somewhere in a validator, chosen by the numbers in `dice`. */
function mutate(type: ValidatorJson, fresh: ValidatorJson, dice: number[]): ValidatorJson {
  const roll = (sides: number) => (dice.pop() ?? 0) % sides;
  if (roll(3) === 0) {
    const whole: readonly ValidatorJson[] = [
      { type: 'union', value: [type, fresh] },
      { type: 'union', value: [fresh, type, type] },
      fresh,
      { type: 'array', value: type },
      { type: 'any' },
    ];
    return whole[roll(whole.length)] ?? fresh;
  }
  switch (type.type) {
    case 'array':
      return { type: 'array', value: mutate(type.value, fresh, dice) };
    case 'record':
      return { ...type, values: { fieldType: mutate(type.values.fieldType, fresh, dice), optional: false } };
    case 'union': {
      const at = roll(type.value.length + 1);
      if (roll(3) === 0) return { type: 'union', value: type.value.filter((_, index) => index !== at) };
      return {
        type: 'union',
        value: type.value.map((member, index) => (index === at ? mutate(member, fresh, dice) : member)),
      };
    }
    case 'object':
      return { type: 'object', value: mutateFields(type.value, fresh, dice) };
    default:
      return { type: 'union', value: [type, fresh] };
  }
}

type Fields = { readonly [field: string]: FieldJson };

function mutateFields(fields: Fields, fresh: ValidatorJson, dice: number[]): Fields {
  const roll = (sides: number) => (dice.pop() ?? 0) % sides;
  const name = FIELDS[roll(FIELDS.length)] ?? 'a';
  const field = fields[name];
  if (!field) return { ...fields, [name]: { fieldType: fresh, optional: roll(2) === 0 } };
  switch (roll(4)) {
    case 0:
      return Object.fromEntries(Object.entries(fields).filter(([other]) => other !== name));
    case 1:
      return { ...fields, [name]: { ...field, optional: !field.optional } };
    default:
      return { ...fields, [name]: { ...field, fieldType: mutate(field.fieldType, fresh, dice) } };
  }
}

/** An object cut into an equivalent union of shapes, one a member of the first union (or boolean, or optional) field. */
function split(type: ValidatorJson): ValidatorJson {
  if (type.type !== 'object') return type;
  for (const [name, field] of Object.entries(type.value)) {
    const choices: readonly ValidatorJson[] =
      field.fieldType.type === 'union'
        ? field.fieldType.value
        : field.fieldType.type === 'boolean'
          ? [true, false].map((value) => ({ type: 'literal', value }))
          : [];
    const rest = Object.fromEntries(Object.entries(type.value).filter(([other]) => other !== name));
    const shapes = (choices.length > 0 ? choices : [field.fieldType]).map((fieldType) => ({
      ...rest,
      [name]: { fieldType, optional: false },
    }));
    if (choices.length === 0 && !field.optional) continue;
    return {
      type: 'union',
      value: [...shapes, ...(field.optional ? [rest] : [])].map((value) => ({ type: 'object', value })),
    };
  }
  return type;
}

/** Half of the pairs are a validator and a change of it, in either direction; some are split into shapes. */
export const pair: fc.Arbitrary<readonly [ValidatorJson, ValidatorJson]> = fc.oneof(
  fc.tuple(validator, validator),
  fc
    .tuple(validator, validator, fc.array(fc.nat(1_000), { minLength: 12, maxLength: 12 }))
    .map(([type, fresh, dice]) => [type, mutate(type, fresh, [...dice])] as const),
  fc
    .tuple(objectOf(validator), validator, fc.array(fc.nat(1_000), { minLength: 12, maxLength: 12 }))
    .map(([type, fresh, dice]) => [mutate(type, fresh, [...dice]), type] as const),
  fc
    .tuple(objectOf(validator), validator, fc.array(fc.nat(1_000), { minLength: 12, maxLength: 12 }), fc.boolean())
    .map(
      ([type, fresh, dice, changed]) =>
        [type, changed ? mutate(split(type), fresh, [...dice]) : split(split(type))] as const,
    ),
);
