/** Who may do what: the only place that compares roles. */
import { type Role, ROLES } from '../api/vocabulary.ts';
import type { Route } from '../api/routes.ts';

/** True when somebody with this role may do what needs `lowest`. */
export function mayAct(role: Role, lowest: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(lowest);
}

/** @param role null: not signed in */
export function admits(allow: Route['allow'], role: Role | null): 'yes' | 'sign-in' | 'no' {
  if (allow === 'anyone') return 'yes';
  if (role === null) return 'sign-in';
  return mayAct(role, allow) ? 'yes' : 'no';
}
