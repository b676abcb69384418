/** Codes of one-time links: each counts once, for ten minutes. Kept as hashes only. */
import { hash } from 'node:crypto';

const LASTS_MS = 10 * 60_000;
const MOST = 20;

export interface SignInCodes {
  issue(): string;
  /** True once. */
  redeem(code: string): boolean;
}

export function createSignInCodes(random: () => string, now: () => number): SignInCodes {
  const open = new Map<string, number>();
  return {
    issue() {
      const code = random();
      open.set(hash('sha256', code), now() + LASTS_MS);
      if (open.size > MOST) for (const oldest of open.keys()) if (open.delete(oldest)) break;
      return code;
    },
    redeem(code) {
      const key = hash('sha256', code);
      const until = open.get(key);
      open.delete(key);
      return until !== undefined && until > now();
    },
  };
}
