/** What a changed API means for a client, and how the parts of the comparison hand it on. */
import type { Finding } from './finding.ts';
import { createInclusion } from './include.ts';
import { isSchema, type Json } from './json.ts';
import type { OpenApiDocument, Operation } from './openapi-document.ts';

export interface OpenApiChange {
  readonly type: string;
  /** `GET /users/{id} · response 200 · address.street` */
  readonly path: string;
  readonly description: string;
  /** Where the operation stands in the document of the side that is newer in this direction. */
  readonly pointer: readonly string[];
}

export interface OpenApiDirection {
  readonly breaking: readonly OpenApiChange[];
  readonly dangerous: readonly OpenApiChange[];
  readonly unknown: readonly OpenApiChange[];
}

export type Weight = keyof OpenApiDirection;

export interface Told extends OpenApiChange {
  readonly weight: Weight;
}

/** One operation on both sides, with the clients made for `before` calling the server of `after`. */
export interface Pair {
  readonly before: OpenApiDocument;
  readonly after: OpenApiDocument;
  readonly was: Operation;
  readonly now: Operation;
}

export function told(pair: Pair, weight: Weight, type: string, where: readonly string[], description: string): Told {
  const path = [pair.was.name, ...where.filter((part) => part !== '')].join(' · ');
  return { weight, type, path, description, pointer: pair.now.pointer };
}

function fromFindings(pair: Pair, kind: string, where: readonly string[], findings: readonly Finding[]): Told[] {
  return findings.map(({ rule, why, verdict, path }) =>
    told(pair, verdict === 'no' ? 'breaking' : 'unknown', `${kind}-${rule}`, [...where, path], why),
  );
}

const ANY: Json = {};

/** What the old client sends must be taken. */
export function sentByClient(pair: Pair, where: readonly string[], was: Json = ANY, now: Json = ANY): Told[] {
  if (!isSchema(was) || !isSchema(now)) return [told(pair, 'unknown', 'request-schema', where, 'it is no schema')];
  const side = (document: OpenApiDocument) =>
    ({ root: document.root, ignoresRefSiblings: document.early, leavesOut: 'readOnly' }) as const;
  const inclusion = createInclusion({ inner: side(pair.before), outer: side(pair.after), open: false });
  return fromFindings(pair, 'request', where, inclusion.include([was], now, ''));
}

/** What the new server answers must be understood; properties that are not known are ignored. */
export function sentByServer(pair: Pair, where: readonly string[], was: Json = ANY, now: Json = ANY): Told[] {
  if (!isSchema(was) || !isSchema(now)) return [told(pair, 'unknown', 'response-schema', where, 'it is no schema')];
  const side = (document: OpenApiDocument) =>
    ({ root: document.root, ignoresRefSiblings: document.early, leavesOut: 'writeOnly' }) as const;
  const inclusion = createInclusion({ inner: side(pair.after), outer: side(pair.before), open: true });
  return fromFindings(pair, 'response', where, inclusion.include([now], was, ''));
}
