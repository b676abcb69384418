/** Convex's JSON encoding of values, as far as answers of its system functions use it. */

/** `{"$integer": "<base64 of 8 bytes, little endian>"}`, or a plain number. */
export function toBigInt(value: unknown): bigint | null {
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  const encoded = (value as { $integer?: unknown } | null)?.$integer;
  return typeof encoded === 'string' ? Buffer.from(encoded, 'base64').readBigInt64LE() : null;
}
