/** Convex values as JSON: `{"$integer"}`, `{"$float"}` and `{"$bytes"}` hold what JSON cannot say. */
import type { Literal } from './type.ts';
import { isObject } from './validator.ts';

/** A value of a document. Ids are strings to Convex; a sample shows which table it would point to. */
export type Value = null | Literal | Uint8Array | SampleId | readonly Value[] | { readonly [field: string]: Value };

/** Stands for the id of some document of a table. */
export class SampleId {
  readonly table: string;

  constructor(table: string) {
    this.table = table;
  }

  toString(): string {
    return `<id of ${this.table}>`;
  }
}

/** A record may be keyed by ids: such a key of a sample, back as what it stands for. */
export function keyValue(name: string): Value {
  const table = /^<id of (.+)>$/.exec(name)?.[1];
  return table === undefined ? name : new SampleId(table);
}

function eightBytes(base64: string): DataView | undefined {
  if (!/^[A-Za-z0-9+/]{11}=$/.test(base64)) return undefined;
  return new DataView(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)).buffer);
}

function base64Of(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function encodeEight(write: (view: DataView) => void): string {
  const view = new DataView(new ArrayBuffer(8));
  write(view);
  return base64Of(new Uint8Array(view.buffer));
}

/** The value of a literal validator; undefined when the JSON is no literal that Convex knows. */
export function decodeLiteral(json: unknown): Literal | undefined {
  if (typeof json === 'string' || typeof json === 'number' || typeof json === 'boolean') return json;
  if (!isObject(json) || Object.keys(json).length !== 1) return undefined;
  if (typeof json.$integer === 'string') return eightBytes(json.$integer)?.getBigInt64(0, true);
  if (typeof json.$float === 'string') return eightBytes(json.$float)?.getFloat64(0, true);
  return undefined;
}

/** A sample in the JSON that Convex itself uses for values; an id is written as `<id of TABLE>`. */
export function encodeValue(value: Value): unknown {
  if (typeof value === 'bigint') return { $integer: encodeEight((view) => view.setBigInt64(0, value, true)) };
  if (typeof value === 'number') {
    const plain = Number.isFinite(value) && !Object.is(value, -0);
    return plain ? value : { $float: encodeEight((view) => view.setFloat64(0, value, true)) };
  }
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof SampleId) return String(value);
  if (value instanceof Uint8Array) return { $bytes: base64Of(value) };
  if (isList(value)) return value.map(encodeValue);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, encodeValue(inner)]));
}

export const isList = (value: Value): value is readonly Value[] => Array.isArray(value);
