/** From who somebody is, as their provider says, to what they may do here. Whoever nothing allows may do nothing. */
import { type Role, ROLES } from '../api/vocabulary.ts';

type Allow = Readonly<Record<string, Role>>;

/** The most that applies. */
function highest(roles: readonly (Role | undefined)[]): Role | null {
  return ROLES.findLast((role) => roles.includes(role)) ?? null;
}

/** GitHub's names are the same in any case. @param organisations of which they are a member, in small letters */
export function roleOnGitHub(allow: Allow, login: string, organisations: readonly string[]): Role | null {
  const names = [login.toLowerCase(), ...organisations.map((name) => `org:${name}`)];
  const applies = Object.entries(allow).filter(([name]) => names.includes(name.toLowerCase()));
  return highest(applies.map(([, role]) => role));
}

export const organisationsIn = (allow: Allow): readonly string[] =>
  Object.keys(allow).flatMap((name) => (name.startsWith('org:') ? name.slice('org:'.length).toLowerCase() : []));

export type Claims = Readonly<Record<string, unknown>>;

/** An address counts only when the provider says that it is theirs. */
export function verifiedEmail(claims: Claims): string | null {
  const { email, email_verified: verified } = claims;
  return typeof email === 'string' && (verified === true || verified === 'true') ? email.toLowerCase() : null;
}

export function roleByClaims(allow: Allow, claims: Claims): Role | null {
  const email = verifiedEmail(claims);
  const told = claims['groups'];
  const groups = Array.isArray(told) ? told.filter((group) => typeof group === 'string') : [];
  const names = [
    ...(email === null ? [] : [email, email.slice(email.lastIndexOf('@'))]),
    ...groups.map((group) => `group:${group}`),
  ];
  const isTheirs = (name: string) => names.includes(name.startsWith('group:') ? name : name.toLowerCase());
  return highest(Object.entries(allow).map(([name, role]) => (isTheirs(name) ? role : undefined)));
}
