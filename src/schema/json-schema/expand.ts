/** A schema as a list of pieces: a value fits it when it fits all parts of one piece. No combinator is left in a part. */
import { isObject, isSchema, type JsonObject, listOf, type Schema } from './json.ts';
import { type Side, targetOf } from './side.ts';

export interface Piece {
  /** Plain schemas that hold all at once. */
  readonly parts: readonly JsonObject[];
  /** From `oneOf`: what values of this piece do not fit. */
  readonly excluded: readonly Schema[];
}

const MAX_PIECES = 256;
const MAX_DEPTH = 40;

const EVERYTHING: readonly Piece[] = [{ parts: [], excluded: [] }];

function product(a: readonly Piece[] | null, b: readonly Piece[] | null): readonly Piece[] | null {
  if (a === null || b === null || a.length * b.length > MAX_PIECES) return null;
  return a.flatMap((one) =>
    b.map((other) => ({ parts: [...one.parts, ...other.parts], excluded: [...one.excluded, ...other.excluded] })),
  );
}

function sum(lists: readonly (readonly Piece[] | null)[]): readonly Piece[] | null {
  const all: Piece[] = [];
  for (const list of lists) {
    if (list === null) return null;
    all.push(...list);
  }
  return all.length > MAX_PIECES ? null : all;
}

function alternatives(side: Side, schemas: readonly Schema[], exclusive: boolean, depth: number) {
  return sum(
    schemas.map((schema) => {
      const pieces = expand(side, schema, depth);
      if (!exclusive || pieces === null || schemas.length < 2) return pieces;
      const others = schemas.filter((other) => other !== schema);
      return pieces.map((piece) => ({ ...piece, excluded: [...piece.excluded, ...others] }));
    }),
  );
}

function expandObject(side: Side, schema: JsonObject, depth: number): readonly Piece[] | null {
  const { $ref, allOf, anyOf, oneOf, nullable, ...own } = schema;
  if (typeof $ref === 'string') {
    const target = targetOf(side, $ref);
    if (target === null) return null;
    const there = expand(side, target, depth + 1);
    return side.ignoresRefSiblings ? there : product(there, expandObject(side, { ...schema, $ref: null }, depth + 1));
  }
  let pieces: readonly Piece[] | null = Object.keys(own).length > 0 ? [{ parts: [own], excluded: [] }] : EVERYTHING;
  for (const member of listOf(allOf)) {
    pieces = product(pieces, isSchema(member) ? expand(side, member, depth + 1) : null);
  }
  if (Array.isArray(anyOf)) pieces = product(pieces, alternatives(side, anyOf.filter(isSchema), false, depth + 1));
  if (Array.isArray(oneOf)) pieces = product(pieces, alternatives(side, oneOf.filter(isSchema), true, depth + 1));
  return nullable === true ? sum([pieces, [{ parts: [{ type: 'null' }], excluded: [] }]]) : pieces;
}

/** Null when it cannot be told: a reference out of the file, a circle without an end, too many combinations. */
export function expand(side: Side, schema: Schema, depth = 0): readonly Piece[] | null {
  if (depth > MAX_DEPTH) return null;
  if (!isObject(schema)) return schema ? EVERYTHING : [];
  return expandObject(side, schema, depth);
}
