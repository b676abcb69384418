/**
 * The cookie that keeps a client on its side of a split: `<bucket>.<key>`, the bucket with four digits. Both are random,
 * and tell nothing about the client but that it is the same one.
 */
import { randomBytes } from 'node:crypto';
import { BUCKETS } from './choose-backend.ts';

/** HAProxy chooses by the first of them. */
export const BUCKET_DIGITS = 4;
export const COOKIE = 'belay_bucket';
export const COOKIE_ATTRIBUTES = 'Path=/; HttpOnly; SameSite=Lax';

export interface KnownClient {
  readonly bucket: number;
  /** Null: the cookie is of a version that told no clients apart. */
  readonly key: string | null;
}

/** What the client's cookie says, or null when it has none or the value is not one of ours. */
export function readClient(cookies: string | undefined): KnownClient | null {
  if (cookies === undefined || !cookies.includes(COOKIE)) return null;
  const [, bucket, key] = /(?:^|;\s*)belay_bucket=(\d{1,4})(?:\.([0-9a-f]{12}))?(?:;|$)/.exec(cookies) ?? [];
  return bucket === undefined ? null : { bucket: Math.min(Number(bucket), BUCKETS - 1), key: key ?? null };
}

export function newClientKey(): string {
  return randomBytes(6).toString('hex');
}

export function bucketCookie(bucket: number, key: string): string {
  return `${COOKIE}=${String(bucket).padStart(BUCKET_DIGITS, '0')}.${key}; ${COOKIE_ATTRIBUTES}`;
}
