/** One plain part of the outer schema, keyword by keyword, against what holds for the inner values. */
import { type BoundFault, boundFaults, LENGTH, NUMBER } from './bounds.ts';
import { type Facts, type Kind, kindOf, kindsOf, valuesOf } from './facts.ts';
import { type Finding, shown } from './finding.ts';
import { fits } from './fits.ts';
import { arrayFindings } from './include-array.ts';
import { objectFindings } from './include-object.ts';
import type { Inclusion } from './inclusion.ts';
import { equal, type JsonObject } from './json.ts';
import { FORMAT_HINTS, formatIncludes, FORMATS, isAnnotation, isUnderstood } from './keywords.ts';

const words = (kinds: Iterable<Kind>): string => {
  const set = new Set(kinds);
  if (set.size === 7) return 'anything';
  const named = [...set].filter((kind) => kind !== 'fraction' && !(kind === 'integer' && set.has('fraction')));
  return [...(set.has('fraction') ? ['number'] : []), ...named].join(' or ') || 'nothing';
};

export function boundFinding(path: string, { keyword, was, now }: BoundFault): Finding {
  const before = was === null ? 'no such bound' : `${was.open ? 'beyond ' : ''}${was.value}`;
  const why = `${keyword} is ${now.open ? 'beyond ' : ''}${now.value} on the reading side, ${before} on the sending side`;
  return { path, rule: keyword, why, verdict: 'no' };
}

function unknownKeywords(facts: Facts, part: JsonObject, path: string): readonly Finding[] {
  return Object.keys(part).flatMap((keyword): Finding[] => {
    if (isUnderstood(keyword) || isAnnotation(keyword)) return [];
    // What is written the same on both sides refuses the same values, unless a reference may mean two things.
    const same = facts.parts.some((other) => equal(other[keyword], part[keyword]));
    if (same && !JSON.stringify(part[keyword]).includes('"$ref"')) return [];
    return [{ path, rule: 'keyword', why: `${keyword} is not understood, so it cannot be told`, verdict: 'unknown' }];
  });
}

function listedFindings(facts: Facts, part: JsonObject, path: string): readonly Finding[] {
  return (facts.values ?? []).flatMap((value): Finding[] => {
    const answer = fits(value, part);
    if (answer === 'yes') return [];
    return answer === 'no'
      ? [{ path, rule: 'value', why: `${shown(value)} is not taken`, verdict: 'no' }]
      : [{ path, rule: 'value', why: `whether ${shown(value)} is taken cannot be told`, verdict: 'unknown' }];
  });
}

function formatFindings(facts: Facts, { format }: JsonObject, path: string): readonly Finding[] {
  if (typeof format !== 'string' || FORMAT_HINTS.has(format)) return [];
  const sent = facts.parts.flatMap((part) => (typeof part.format === 'string' ? [part.format] : []));
  if (sent.some((one) => formatIncludes(one, format))) return [];
  const what = sent[0] === undefined ? 'without a format' : `with format ${sent[0]}`;
  if (!FORMATS.has(format)) {
    return [
      { path, rule: 'format', why: `the format ${format} is not known; it was sent ${what}`, verdict: 'unknown' },
    ];
  }
  return [{ path, rule: 'format', why: `format ${format} is read, it is sent ${what}`, verdict: 'no' }];
}

function stringFindings(facts: Facts, part: JsonObject, path: string): readonly Finding[] {
  if (!facts.kinds.has('string')) return [];
  const found = boundFaults(facts.parts, part, LENGTH).map((fault) => boundFinding(path, fault));
  const { pattern } = part;
  if (typeof pattern !== 'string' || facts.parts.some((one) => one.pattern === pattern)) return found;
  const other = facts.parts.some((one) => one.pattern !== undefined);
  const why = other ? 'two patterns cannot be compared' : `only what matches ${shown(pattern)} is taken`;
  return [...found, { path, rule: 'pattern', why, verdict: other ? 'unknown' : 'no' }];
}

function numberFindings(facts: Facts, part: JsonObject, path: string): readonly Finding[] {
  if (!facts.kinds.has('integer') && !facts.kinds.has('fraction')) return [];
  const found = boundFaults(facts.parts, part, NUMBER).map((fault) => boundFinding(path, fault));
  const { multipleOf } = part;
  if (typeof multipleOf !== 'number') return found;
  const integers = !facts.kinds.has('fraction') && multipleOf === 1;
  const steps = facts.parts.some(
    (one) => typeof one.multipleOf === 'number' && Number.isInteger(one.multipleOf / multipleOf),
  );
  if (integers || steps) return found;
  return [...found, { path, rule: 'multipleOf', why: `only multiples of ${multipleOf} are taken`, verdict: 'no' }];
}

export function partFindings(sides: Inclusion, facts: Facts, part: JsonObject, path: string): readonly Finding[] {
  if (facts.parts.some((one) => equal(one, part)) && !JSON.stringify(part).includes('"$ref"')) return [];
  const taken = new Set(kindsOf(part));
  const sent = facts.values === null ? facts.kinds : new Set(facts.values.map(kindOf));
  if ([...sent].some((kind) => !taken.has(kind))) {
    const why = `${words(sent)} is sent, ${words(taken)} is read`;
    return [{ path, rule: 'type', why, verdict: 'no' }];
  }
  if (facts.values !== null) return listedFindings(facts, part, path);
  const listed = valuesOf(part);
  if (listed !== null) {
    return [{ path, rule: 'enum', why: `only ${listed.map(shown).join(', ')} are taken`, verdict: 'no' }];
  }
  return [
    ...unknownKeywords(facts, part, path),
    ...formatFindings(facts, part, path),
    ...stringFindings(facts, part, path),
    ...numberFindings(facts, part, path),
    ...arrayFindings(sides, facts, part, path),
    ...objectFindings(sides, facts, part, path),
  ];
}
