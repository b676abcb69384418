/** The four questions between two types: who accepts, and who can read, the other's values. */
import type { Mode } from './disjoint.ts';
import type { Value } from './encoding.ts';
import { createInclusion, type Inclusion } from './include.ts';
import { createParser } from './parse-validator.ts';
import { createSampler } from './sample.ts';
import { createTypes, type Type, type Types } from './type.ts';
import { isObject } from './validator.ts';

/** `Accepts` is closed, as Convex validates; `Reads` is open, as code sees it: fields that it does not know are ignored. */
export interface Relations {
  /** Closed old ⊆ new: the push is accepted for all data, and so are the writes of old code after it. */
  readonly newSchemaAcceptsOldData: boolean;
  /** Closed new ⊆ old: the old schema can be pushed again after new writes. */
  readonly oldSchemaAcceptsNewData: boolean;
  /** Open new ≤ old. */
  readonly oldCodeReadsNewData: boolean;
  /** Open old ≤ new. */
  readonly newCodeReadsOldData: boolean;
}

export type Relation = keyof Relations;

export const RELATIONS: readonly Relation[] = [
  'newSchemaAcceptsOldData',
  'oldSchemaAcceptsNewData',
  'oldCodeReadsNewData',
  'newCodeReadsOldData',
];

export interface Parsed {
  readonly type: Type;
  /** Names of the nodes that this version does not know. */
  readonly unknown: readonly string[];
}

/** One for a whole schema: equal parts are compared once. */
export interface Comparer extends Readonly<Record<Mode, Inclusion>> {
  readonly types: Types;
  /** Reads validator JSON; the same object is read once. */
  parse(json: unknown): Parsed;
  /** A value of `from` that `to` does not take; undefined when none was found. */
  sample(mode: Mode, from: Type, to: Type): Value | undefined;
}

export function createComparer(): Comparer {
  const types = createTypes();
  const closed = createInclusion(types, 'closed');
  const open = createInclusion(types, 'open');
  const samplers = { closed: createSampler(types, closed), open: createSampler(types, open) };
  // A comparer lives as long as what it compares: nothing is gained by holding it weakly.
  const parsed = new Map<object, Parsed>();
  const fields = new Map<object, Type>();
  const read = (json: unknown): Parsed => {
    const parser = createParser(types, fields);
    const type = parser.parse(json);
    return { type, unknown: [...parser.unknown] };
  };
  const parse = (json: unknown): Parsed => {
    if (!isObject(json)) return read(json);
    const found = parsed.get(json) ?? read(json);
    parsed.set(json, found);
    return found;
  };
  return { types, closed, open, parse, sample: (mode, from, to) => samplers[mode].outside(from, [to]) };
}

/** What is in the database and what code expects may differ: without validation, anything is in the database. */
export interface Side {
  /** What the schema enforces: the values that it accepts. */
  readonly accepted: Type;
  /** What documents written under it may hold. */
  readonly written: Type;
  /** What code is typed for; undefined when the code does not know the table. */
  readonly expected: Type | undefined;
}

/** The side of a schema (or of arguments) that enforces what it says. */
export const enforced = (type: Type): Side => ({ accepted: type, written: type, expected: type });

/** What a relation compares: data of the one side with what the other side takes. */
export interface Question {
  readonly mode: Mode;
  readonly from: Type;
  /** Undefined when nobody looks: the answer is yes. */
  readonly to: Type | undefined;
}

export function questionOf(relation: Relation, old: Side, next: Side): Question {
  switch (relation) {
    case 'newSchemaAcceptsOldData':
      return { mode: 'closed', from: old.written, to: next.accepted };
    case 'oldSchemaAcceptsNewData':
      return { mode: 'closed', from: next.written, to: old.accepted };
    case 'oldCodeReadsNewData':
      return { mode: 'open', from: next.written, to: old.expected };
    case 'newCodeReadsOldData':
      return { mode: 'open', from: old.written, to: next.expected };
  }
}

export function relate(comparer: Comparer, old: Side, next: Side): Relations {
  const answer = (relation: Relation): boolean => {
    const { mode, from, to } = questionOf(relation, old, next);
    return to === undefined || comparer[mode].includes(from, to);
  };
  return {
    newSchemaAcceptsOldData: answer('newSchemaAcceptsOldData'),
    oldSchemaAcceptsNewData: answer('oldSchemaAcceptsNewData'),
    oldCodeReadsNewData: answer('oldCodeReadsNewData'),
    newCodeReadsOldData: answer('newCodeReadsOldData'),
  };
}
