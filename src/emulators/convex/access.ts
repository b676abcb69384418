/** Who may ask. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Deployment } from './deployment.ts';
import { Refusal } from './refusal.ts';

/** `Authorization: Convex <key>`; null where the caller shows none. */
export function shownKey(headers: IncomingHttpHeaders): string | null {
  const [scheme, key] = (headers.authorization ?? '').split(' ');
  // With an identity to act as, the command line appends it after a colon.
  return scheme === 'Convex' && key ? key : null;
}

export function opens(deployment: Deployment, key: string | null): boolean {
  if (key === null) return false;
  return !deployment.requireKey || deployment.keys.has(key) || deployment.keys.has(withoutIdentity(key));
}

const withoutIdentity = (key: string) => key.replace(/:[A-Za-z0-9+/=]+$/, '');

export function demandKey(deployment: Deployment, key: string | null): void {
  if (opens(deployment, key)) return;
  if (key === null) throw new Refusal(401, 'MissingAdminKey', 'An admin key is required for this operation');
  throw new Refusal(401, 'BadAdminKey', 'The provided admin key was invalid for this instance');
}
