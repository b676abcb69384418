/** Takes a piece apart, so that each part may find another alternative: by listed value, by kind, by the tag of an object. */
import { expand, type Piece } from './expand.ts';
import { type Facts, factsOf, objectFacts } from './facts.ts';
import type { Json, Schema } from './json.ts';
import type { Side } from './side.ts';

const MAX_TAGS = 64;

/** All values that fit these schemas at once, when they can be counted. */
export function listedBy(side: Side, schemas: readonly Schema[]): readonly Json[] | null {
  const pieces = expand(side, { allOf: schemas });
  if (pieces === null) return null;
  const values: Json[] = [];
  for (const piece of pieces) {
    const listed = factsOf(side, piece).values;
    if (listed === null) return null;
    values.push(...listed);
  }
  return values;
}

/** Required properties whose values can be counted: what tells the members of a union apart. */
export function tagsOf(facts: Facts): ReadonlyMap<string, readonly Json[]> {
  const tags = new Map<string, readonly Json[]>();
  if (facts.kinds.size !== 1 || !facts.kinds.has('object')) return tags;
  const { named, required } = objectFacts(facts);
  for (const name of required) {
    const values = listedBy(facts.side, named.get(name) ?? []);
    if (values !== null) tags.set(name, values);
  }
  return tags;
}

function byTag(piece: Piece, facts: Facts): readonly Piece[] {
  for (const [name, values] of tagsOf(facts)) {
    if (values.length < 2 || values.length > MAX_TAGS) continue;
    return values.map((value) => ({
      ...piece,
      parts: [...piece.parts, { type: 'object', properties: { [name]: { const: value } }, required: [name] }],
    }));
  }
  return [];
}

/** Fewer than two pieces: there is nothing left to take apart. */
export function splitPiece(piece: Piece, facts: Facts): readonly Piece[] {
  const { values, kinds } = facts;
  if (values !== null) return values.map((value) => ({ ...piece, parts: [...piece.parts, { const: value }] }));
  const types = [...kinds].filter((kind) => kind !== 'fraction' && kind !== 'integer').map(String);
  if (kinds.has('fraction')) types.push('number');
  else if (kinds.has('integer')) types.push('integer');
  if (types.length < 2) return byTag(piece, facts);
  return types.map((type) => ({ ...piece, parts: [...piece.parts, { type }] }));
}
