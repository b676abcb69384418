/**
 * Objects. A sender sends the properties that its schema names: without `additionalProperties` a name that only the
 * other side knows counts as absent, or no optional property could ever be added. Closing an object counts in full.
 */
import { boundFaults, PROPERTIES } from './bounds.ts';
import { type Facts, objectFacts, type ObjectFacts, propertiesOf, requiredOf } from './facts.ts';
import { below, type Finding, shown } from './finding.ts';
import { boundFinding } from './include-part.ts';
import type { Inclusion } from './inclusion.ts';
import { isObject, isSchema, type JsonObject, type Schema } from './json.ts';

/** Schemas of the names that are not written down, where they say something; null when no such names are sent. */
function otherNames(sent: ObjectFacts): readonly Schema[] | null {
  if (sent.rest === null) return null;
  const typed = sent.rest.filter((schema) => isObject(schema) && Object.keys(schema).length > 0);
  if (typed.length > 0) return typed;
  return sent.named.size === 0 ? [true] : null;
}

function requiredFindings(sides: Inclusion, sent: ObjectFacts, part: JsonObject, path: string): readonly Finding[] {
  return requiredOf(sides.outer, part)
    .filter((name) => !sent.required.has(name))
    .map((name) => {
      const why = sent.named.has(name) ? 'it may be left out, and is required' : 'it is not sent, and is required';
      return { path: below(path, name), rule: 'required', why, verdict: 'no' };
    });
}

function namedFindings(sides: Inclusion, sent: ObjectFacts, part: JsonObject, path: string): readonly Finding[] {
  const others = otherNames(sent);
  return Object.entries(propertiesOf(sides.outer, part)).flatMap(([name, schema]) => {
    const held = sent.named.get(name) ?? others;
    if (held === null || !isSchema(schema)) return [];
    return sides.include(held.length > 0 ? held : [true], schema, below(path, name));
  });
}

/** Names that the reading side does not know: refused, held to a schema, or ignored. */
function strangerFindings(sides: Inclusion, sent: ObjectFacts, part: JsonObject, path: string): readonly Finding[] {
  const { additionalProperties: rule } = part;
  if (!isSchema(rule) || rule === true || (rule === false && sides.open)) return [];
  const known = propertiesOf(sides.outer, part);
  const strangers = [...sent.named].filter(([name]) => !Object.hasOwn(known, name));
  if (part.patternProperties !== undefined) return [];
  const found = strangers.flatMap(([name, held]): readonly Finding[] => {
    const at = below(path, name);
    if (rule !== false) return sides.include(held, rule, at);
    return [{ path: at, rule: 'property-refused', why: 'it is sent, and refused as unknown', verdict: 'no' }];
  });
  return [...found, ...restFindings(sides, sent, rule, path)];
}

function restFindings(sides: Inclusion, sent: ObjectFacts, rule: Schema, path: string): readonly Finding[] {
  if (sent.rest === null) return [];
  const others = otherNames(sent);
  if (rule !== false && others !== null) return sides.include(others, rule, below(path, '*'));
  if (sides.open && others === null) return [];
  const why = `other properties could be sent, and now ${rule === false ? 'none is taken' : `only ${shown(rule)}`}`;
  return [{ path, rule: 'additionalProperties', why, verdict: 'no' }];
}

export function objectFindings(sides: Inclusion, facts: Facts, part: JsonObject, path: string): readonly Finding[] {
  if (!facts.kinds.has('object')) return [];
  const sent = objectFacts(facts);
  return [
    ...boundFaults(facts.parts, part, PROPERTIES).map((fault) => boundFinding(path, fault)),
    ...requiredFindings(sides, sent, part, path),
    ...namedFindings(sides, sent, part, path),
    ...strangerFindings(sides, sent, part, path),
  ];
}
