/** Whether several shapes together hold an object that none of them holds alone: `{a: 'x'|'y'}` by `{a: 'x'} | {a: 'y'}`. */
import { areDisjoint, isKey, type Mode } from './disjoint.ts';
import { isNever, membersOf, type Type, type TypeOf, type Types } from './type.ts';

/** Pieces looked at for one object before the answer is "no": enough for eight independent choices of a few values. */
export const MAX_PIECES = 2_000;

type ObjectType = TypeOf<'object'>;
type Includes = (a: Type, b: Type) => boolean;

export interface Cover {
  isCovered(a: ObjectType, members: readonly Type[]): boolean;
  uncovered(a: ObjectType, members: readonly Type[]): ObjectType | undefined;
}

type Search = { readonly found: 'covered' | 'gave-up' } | { readonly found: 'gap'; readonly piece: ObjectType };

/**
 * Cuts `a` at a choice that matters to some member (a field present or absent, one member of a field's union) until
 * each piece is inside one member, or one is not inside any. A piece without choices left is inside the union only if
 * it is inside one member, so the answer is exact within {@link MAX_PIECES}.
 */
export function createCover(types: Types, mode: Mode, includes: Includes): Cover {
  const search = (a: ObjectType, members: readonly Type[]): Search => {
    let left = MAX_PIECES;
    const visit = (piece: ObjectType, candidates: readonly Type[]): Search => {
      if (left-- <= 0) return { found: 'gave-up' };
      const near = candidates.filter((member) => !areDisjoint(piece, member, mode));
      if (near.some((member) => includes(piece, member))) return { found: 'covered' };
      // The only shape left does not hold it: cutting would not change that.
      const pieces = near.length < 2 ? undefined : cut(piece, near);
      if (!pieces) return { found: 'gap', piece };
      for (const next of pieces) {
        if (next.kind !== 'object') continue;
        const result = visit(next, near);
        if (result.found !== 'covered') return result;
      }
      return { found: 'covered' };
    };
    return visit(a, members);
  };

  /** The pieces of a type at one choice; undefined when no choice is left that some member minds. */
  const cut = (type: Type, members: readonly Type[]): readonly Type[] | undefined => {
    if (type.kind === 'union') return type.members;
    if (type.kind !== 'object') return undefined;
    const shapes = members.flatMap(membersOf).filter((member) => member.kind === 'object' || member.kind === 'record');
    for (const [name, field] of type.fields) {
      if (isNever(field.type)) continue;
      const wanted = shapes.map((shape) => fieldOf(shape, name));
      if (field.optional) {
        if (
          wanted.every((other) =>
            other === undefined ? mode === 'open' : other.optional && includes(field.type, other.type),
          )
        )
          continue;
        return [withField(type, name, undefined), withField(type, name, field.type)];
      }
      const minding = wanted.flatMap((other) => (other && !includes(field.type, other.type) ? [other.type] : []));
      if (minding.length === 0) continue;
      const inner = cut(field.type, minding);
      if (inner) return inner.map((part) => withField(type, name, part));
    }
    return undefined;
  };

  const withField = (object: ObjectType, name: string, type: Type | undefined): Type => {
    const fields = new Map(object.fields);
    if (type) fields.set(name, { type, optional: false });
    else fields.delete(name);
    return types.object(fields);
  };

  return {
    isCovered: (a, members) => search(a, members).found === 'covered',
    uncovered: (a, members) => {
      const result = search(a, members);
      return result.found === 'gap' ? result.piece : undefined;
    },
  };
}

function fieldOf(shape: Type, name: string): { readonly type: Type; readonly optional: boolean } | undefined {
  if (shape.kind === 'record') return isKey(shape.keys, name) ? { type: shape.values, optional: true } : undefined;
  return shape.kind === 'object' ? shape.fields.get(name) : undefined;
}
