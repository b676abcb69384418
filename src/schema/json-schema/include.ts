/**
 * Is every value of one schema a value of another? `inner` is what is sent, `outer` is what is understood.
 * Empty findings mean yes. A "yes" is proved; a "no" may be too strict where schemas contradict themselves.
 */
import { expand, type Piece } from './expand.ts';
import { areApart } from './apart.ts';
import { factsOf, isEmpty, type Facts } from './facts.ts';
import { type Finding, shown } from './finding.ts';
import { partFindings } from './include-part.ts';
import type { Inclusion, Sides } from './inclusion.ts';
import type { Schema } from './json.ts';
import { splitPiece } from './split.ts';

/** A yes that leans on a pair that is still being looked at is forgotten when that pair turns out a no. */
interface Memory {
  readonly proved: Set<string>;
  readonly order: string[];
}

export function createInclusion(sides: Sides): Inclusion {
  const ids = new Map<Schema, number>();
  const memory: Memory = { proved: new Set(), order: [] };
  const idOf = (schema: Schema): number => {
    const known = ids.get(schema);
    if (known !== undefined) return known;
    ids.set(schema, ids.size);
    return ids.size - 1;
  };
  const self: Inclusion = {
    ...sides,
    include(inner, outer, path) {
      const key = `${inner.map(idOf).join(',')}<${idOf(outer)}`;
      if (memory.proved.has(key)) return [];
      const mark = memory.order.length;
      memory.proved.add(key);
      memory.order.push(key);
      const findings = compare(self, inner, outer, path);
      if (findings.length > 0) for (const stale of memory.order.splice(mark)) memory.proved.delete(stale);
      return findings;
    },
  };
  return self;
}

function compare(sides: Inclusion, inner: readonly Schema[], outer: Schema, path: string): readonly Finding[] {
  const pieces = expand(sides.inner, inner.length === 1 ? (inner[0] ?? true) : { allOf: inner });
  const targets = expand(sides.outer, outer);
  if (pieces === null || targets === null) {
    const why = 'it refers to another file, to itself without end, or has too many combinations';
    return [{ path, rule: 'not-understood', why, verdict: 'unknown' }];
  }
  return pieces.flatMap((piece) => pieceFindings(sides, piece, targets, path));
}

function pieceFindings(sides: Inclusion, piece: Piece, targets: readonly Piece[], path: string): readonly Finding[] {
  const facts = factsOf(sides.inner, piece);
  if (isEmpty(facts)) return [];
  const tried = targets.map((target) => targetFindings(sides, piece, facts, target, path));
  const fitting = tried.find((findings) => findings.length === 0);
  if (fitting) return fitting;
  const [only] = tried;
  if (only !== undefined && tried.length === 1) return only;
  const split = splitPiece(piece, facts);
  if (split.length > 1) return split.flatMap((part) => pieceFindings(sides, part, targets, path));
  return noAlternative(facts, tried, path);
}

function noAlternative(facts: Facts, tried: readonly (readonly Finding[])[], path: string): readonly Finding[] {
  const unsure = tried.find((findings) => findings.every((one) => one.verdict === 'unknown'));
  if (unsure) return unsure;
  // The alternative of the same kind is the one that was meant.
  const near = tried.filter((findings) => !findings.some((one) => one.path === path && one.rule === 'type'));
  if (near.length === 1 && near[0]) return near[0];
  const what = facts.values?.length === 1 ? shown(facts.values[0]) : [...facts.kinds].join(' or ');
  return [{ path, rule: 'no-alternative', why: `none of the alternatives takes ${what}`, verdict: 'no' }];
}

function targetFindings(sides: Inclusion, piece: Piece, facts: Facts, target: Piece, path: string): readonly Finding[] {
  const findings = target.parts.flatMap((part) => partFindings(sides, facts, part, path));
  if (findings.length > 0 || target.excluded.every((other) => isRefused(sides, piece, facts, other))) return findings;
  const why = 'a value may fit two alternatives of oneOf, which then refuses it';
  return [{ path, rule: 'one-of-overlap', why, verdict: 'unknown' }];
}

/** Whether no value of the piece fits `other`, an alternative that oneOf must not match as well. */
function isRefused(sides: Inclusion, piece: Piece, facts: Facts, other: Schema): boolean {
  // What fits a sibling in oneOf is no value of this piece.
  const exactly = createInclusion({ inner: sides.outer, outer: sides.inner, open: false });
  if (piece.excluded.some((sibling) => exactly.include([other], sibling, '').length === 0)) return true;
  return areApart(sides, facts, other);
}
