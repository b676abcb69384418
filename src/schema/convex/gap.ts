/** Where two types part: the paths at which a value of one is not accepted by the other. */
import { areDisjoint } from './disjoint.ts';
import type { Inclusion } from './include.ts';
import { isNever, membersOf, type Type, type TypeOf } from './type.ts';

/** A step into a document: a field, `[]` each element of a list, `{}` each value of a record. */
export type Path = readonly string[];

export type Gap = {
  readonly path: Path;
  /** Whether every value of this place is outside (`every`), or only some. */
  readonly share: 'every' | 'some';
} & (
  | { readonly kind: 'absent'; readonly to: Type }
  | { readonly kind: 'extra'; readonly from: Type }
  | { readonly kind: 'type'; readonly from: Type; readonly to: Type; readonly beyond: readonly Type[] }
);

/** In some values only: the place may be absent, or is one of several. */
const some = (gaps: readonly Gap[]): readonly Gap[] => gaps.map((gap) => ({ ...gap, share: 'some' }));

/** As many as a person reads; the rest shows once these are mended. */
const MOST = 20;

/** The gaps between `a` and `b`, at least one; asked only when `b` does not include `a`. */
export function findGaps(inclusion: Inclusion, a: Type, b: Type): readonly Gap[] {
  const { includes, mode } = inclusion;

  const visit = (from: Type, to: Type, path: Path): readonly Gap[] => {
    if (from.kind === 'object') return visitObject(from, to, path);
    const like = membersOf(to).filter((member) => member.kind === from.kind);
    const [only] = like;
    if (only && like.length === 1) {
      if (from.kind === 'array' && only.kind === 'array')
        return some(visit(from.element, only.element, [...path, '[]']));
      if (from.kind === 'record' && only.kind === 'record' && includes(from.keys, only.keys)) {
        return some(visit(from.values, only.values, [...path, '{}']));
      }
    }
    const objects = membersOf(from).filter((member) => !includes(member, to));
    const [object] = objects;
    if (from.kind === 'union' && object?.kind === 'object' && objects.length === 1) {
      return some(visitObject(object, to, path));
    }
    return [typeGap(from, to, path)];
  };

  const typeGap = (from: Type, to: Type, path: Path): Gap => ({
    path,
    kind: 'type',
    from,
    to,
    beyond: membersOf(from).filter((member) => !includes(member, to)),
    share: areDisjoint(from, to, mode) ? 'every' : 'some',
  });

  const visitObject = (from: TypeOf<'object'>, to: Type, path: Path): readonly Gap[] => {
    const members = membersOf(to);
    const piece = members.length > 1 ? (inclusion.uncovered(from, members) ?? from) : from;
    const near = members.length > 1 ? members.filter((member) => !areDisjoint(piece, member, mode)) : members;
    const [shape] = near;
    if (near.length !== 1 || !shape) return [typeGap(from, to, path)];
    if (shape.kind !== 'object' && shape.kind !== 'record') return [typeGap(from, to, path)];
    const gaps = shape.kind === 'object' ? fieldGaps(piece, shape, path) : entryGaps(piece, shape, path);
    return piece === from ? gaps : some(gaps);
  };

  const fieldGaps = (from: TypeOf<'object'>, to: TypeOf<'object'>, path: Path): readonly Gap[] => {
    const gaps: Gap[] = [];
    for (const [name, field] of from.fields) {
      const at = [...path, name];
      const other = to.fields.get(name);
      if (!other) {
        if (mode === 'open' || isNever(field.type)) continue;
        gaps.push({ path: at, kind: 'extra', from: field.type, share: field.optional ? 'some' : 'every' });
      } else {
        if (field.optional && !other.optional) gaps.push({ path: at, kind: 'absent', to: other.type, share: 'some' });
        if (!includes(field.type, other.type)) {
          const inner = visit(field.type, other.type, at);
          gaps.push(...(field.optional ? some(inner) : inner));
        }
      }
    }
    for (const [name, field] of to.fields) {
      if (field.optional || from.fields.has(name)) continue;
      gaps.push({ path: [...path, name], kind: 'absent', to: field.type, share: 'every' });
    }
    return gaps.slice(0, MOST);
  };

  const entryGaps = (from: TypeOf<'object'>, to: TypeOf<'record'>, path: Path): readonly Gap[] => {
    const wrong = [...from.fields].filter(([, { type }]) => !includes(type, to.values));
    if (wrong.length === 0) return [typeGap(from, to, path)];
    return wrong.slice(0, MOST).flatMap(([name, field]) => visit(field.type, to.values, [...path, name]));
  };

  return visit(a, b, []);
}

/** `address.city`, `tags[]`, `scores{}.points`; empty for the whole document. */
export function showPath(path: Path): string {
  return path.reduce(
    (text, step) => (step === '[]' || step === '{}' ? text + step : text === '' ? step : `${text}.${step}`),
    '',
  );
}
