/** Tokens for programs and for people without another way to sign in: shown once, kept as hashes beside the journal. */
import { hash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { Problem } from '../../core/errors.ts';
import type { Documents } from '../../stores/store.ts';
import { type Role, role } from '../api/vocabulary.ts';

const PREFIX = 'token/';

const stored = z.object({
  name: z.string(),
  role,
  /** SHA-256 of the secret half, which has 190 random bits: nothing to guess. */
  hash: z.string(),
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
});

export interface Token extends Omit<z.infer<typeof stored>, 'hash'> {
  readonly id: string;
}

export interface NewToken {
  readonly name: string;
  readonly role: Role;
  readonly expiresAt: string | null;
}

/** @returns the token itself, which is nowhere to be read again. */
export async function createToken(
  documents: Documents,
  wanted: NewToken,
  make: { readonly id: string; readonly secret: string; readonly at: string },
): Promise<{ readonly token: string; readonly id: string }> {
  const { id, secret, at } = make;
  const value = { ...wanted, hash: hash('sha256', secret), createdAt: at };
  if (!(await documents.write(PREFIX + id, value, null))) throw new Error(`token ${id} exists already`);
  return { token: `belay_${id}_${secret}`, id };
}

export async function listTokens(documents: Documents): Promise<readonly Token[]> {
  const found = await documents.list(PREFIX);
  return found.flatMap(({ name, value }) => {
    const parsed = stored.safeParse(value);
    if (!parsed.success) return [];
    const { hash: _secret, ...token } = parsed.data;
    return [{ ...token, id: name.slice(PREFIX.length) }];
  });
}

/** By id or name. @throws Problem USAGE when there is none, or several of that name */
export async function revokeToken(documents: Documents, meant: string): Promise<Token> {
  const tokens = await listTokens(documents);
  const matches = tokens.filter(({ id, name }) => id === meant || name === meant);
  const [token, ...others] = matches;
  if (!token || others.length > 0) {
    throw new Problem('USAGE', token ? `${matches.length} tokens are named ${meant}` : `There is no token ${meant}`, {
      ...(token ? { why: matches.map(({ id }) => id).join(', ') } : {}),
      next: token ? `belay token revoke ${token.id}` : 'belay token list',
    });
  }
  await documents.remove(PREFIX + token.id);
  return token;
}

/** Null for whatever is no token, or is none any more. */
export async function findToken(documents: Documents, text: string, now: number): Promise<Token | null> {
  const [, id, secret] = /^belay_([a-z0-9]{1,20})_([\w-]{20,100})$/.exec(text) ?? [];
  if (id === undefined || secret === undefined) return null;
  const parsed = stored.safeParse((await documents.read(PREFIX + id))?.value);
  if (!parsed.success) return null;
  const { hash: known, ...token } = parsed.data;
  const [a, b] = [Buffer.from(known), Buffer.from(hash('sha256', secret))];
  if (a.length !== b.length || !timingSafeEqual(a, b)) return null;
  return token.expiresAt !== null && Date.parse(token.expiresAt) <= now ? null : { ...token, id };
}
