/** Arrays: their items, their length. */
import { boundFaults, ITEMS, upper } from './bounds.ts';
import type { Facts } from './facts.ts';
import type { Finding } from './finding.ts';
import { boundFinding } from './include-part.ts';
import type { Inclusion } from './inclusion.ts';
import { isSchema, type JsonObject, type Schema } from './json.ts';

export function arrayFindings(sides: Inclusion, facts: Facts, part: JsonObject, path: string): readonly Finding[] {
  if (!facts.kinds.has('array')) return [];
  const found: Finding[] = boundFaults(facts.parts, part, ITEMS).map((fault) => boundFinding(path, fault));
  const atMostOne = (upper(facts.parts, ITEMS)?.value ?? Infinity) <= 1;
  if (part.uniqueItems === true && !atMostOne && !facts.parts.some((one) => one.uniqueItems === true)) {
    found.push({ path, rule: 'uniqueItems', why: 'items that repeat are not taken', verdict: 'no' });
  }
  const { items } = part;
  if (Array.isArray(items)) {
    found.push({ path, rule: 'keyword', why: 'items as a list is not understood', verdict: 'unknown' });
  } else if (isSchema(items)) {
    const sent = facts.parts.flatMap((one): Schema[] => (isSchema(one.items) ? [one.items] : []));
    found.push(...sides.include(sent.length > 0 ? sent : [true], items, `${path}[]`));
  }
  return found;
}
