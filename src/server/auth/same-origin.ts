/** Whether a request can only have come from our own pages, or from no browser at all. */
import { timingSafeEqual } from 'node:crypto';
import { Refusal } from '../refusal.ts';
import type { AuthSettings } from '../parts.ts';
import { isLoopback } from './hosts.ts';
import type { Identity } from './identity.ts';

/** A name that points at this machine is not enough (DNS rebinding): it must be one of ours. */
export function requireHost(auth: AuthSettings, host: string | undefined): void {
  if (host !== undefined && auth.hosts.includes(host.toLowerCase())) return;
  throw new Refusal(421, 'HOST_UNKNOWN', 'The dashboard is not known by this name', {
    why: `it is reached as ${auth.url}`,
    next: 'set `dashboard.url` in the configuration to the address that people use',
  });
}

/** @throws Refusal where another site's page has made the browser send it */
export function requireOwnOrigin(auth: AuthSettings, headers: Headers): void {
  const origin = headers.get('origin');
  const site = headers.get('sec-fetch-site');
  const own = origin === null || ownOrigin(auth, origin);
  if (own && (site === null || site === 'same-origin' || site === 'none')) return;
  throw new Refusal(403, 'ORIGIN_FOREIGN', 'Refused: the request came from another site', {
    why: origin === null ? 'the browser says so' : `its origin is ${origin.slice(0, 100)}`,
  });
}

function ownOrigin(auth: AuthSettings, origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, host, hostname } = new URL(origin);
  // Behind a proxy with TLS, whoever sits at this machine may still come without it.
  const usual = protocol === new URL(auth.url).protocol || (protocol === 'http:' && isLoopback(hostname));
  return usual && auth.hosts.includes(host);
}

/** @throws Refusal unless the page has shown that it can read what only our pages can */
export function requireCsrf({ csrf }: Identity, sent: string | null): void {
  if (csrf === null) return;
  const [a, b] = [Buffer.from(csrf), Buffer.from(sent ?? '')];
  if (a.length === b.length && timingSafeEqual(a, b)) return;
  throw new Refusal(403, 'CSRF', 'Refused: the request does not prove that it comes from the dashboard', {
    why: 'the header x-belay-csrf is missing or old',
    next: 'load the page again',
  });
}
