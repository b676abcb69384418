/** Tokens of the dashboard for the command line. Part of the composition root. */
import { randomBytes } from 'node:crypto';
import { createToken, listTokens, type NewToken, revokeToken, type Token } from './server/auth/tokens.ts';
import type { Store } from './stores/store.ts';

export { ROLES, type Role } from './server/api/vocabulary.ts';
export type { NewToken, Token } from './server/auth/tokens.ts';

export interface Tokens {
  /** The token itself is told here and nowhere else. */
  create(wanted: NewToken): Promise<{ readonly token: string; readonly id: string }>;
  list(): Promise<readonly Token[]>;
  /** By id or name. @throws Problem USAGE */
  revoke(meant: string): Promise<Token>;
}

export function tokensOf({ documents }: Pick<Store, 'documents'>): Tokens {
  return {
    create: (wanted) =>
      createToken(documents, wanted, {
        id: randomBytes(4).toString('hex'),
        secret: randomBytes(24).toString('base64url'),
        at: new Date().toISOString(),
      }),
    list: () => listTokens(documents),
    revoke: (meant) => revokeToken(documents, meant),
  };
}
