/** The cookie that keeps a client on its side of a split. It holds a random number and tells nothing about the client. */
import { BUCKETS } from './choose-backend.ts';

const NAME = 'belay_bucket';

/** The client's bucket, or null when it has none or the value is not one of ours. */
export function readBucket(cookies: string | undefined): number | null {
  if (cookies === undefined || !cookies.includes(NAME)) return null;
  const value = /(?:^|;\s*)belay_bucket=(\d{1,4})(?:;|$)/.exec(cookies)?.[1];
  return value === undefined ? null : Math.min(Number(value), BUCKETS - 1);
}

export function bucketCookie(bucket: number): string {
  return `${NAME}=${bucket}; Path=/; HttpOnly; SameSite=Lax`;
}
