/** The one cookie: no script reads it, no other site's form sends it, no other host gets it. */
import type { AuthSettings } from '../parts.ts';

type Where = Pick<AuthSettings, 'url' | 'port'>;

const LASTS_S = 12 * 60 * 60;

/** Whoever sits at this machine comes past the proxy that speaks TLS, and so does their cookie. */
const isSecure = ({ url }: Where, host: string | undefined): boolean =>
  url.startsWith('https:') && host?.toLowerCase() === new URL(url).host;

/**
 * Behind TLS the name itself has browsers refuse it from anywhere else; a port in it keeps two dashboards apart.
 * @param host as the browser has asked
 */
export function cookieName(where: Where, host: string | undefined): string {
  return isSecure(where, host) ? '__Host-belay' : `belay_${where.port}`;
}

function cookie(where: Where, host: string | undefined, value: string, maxAge: number): string {
  // Lax: a link in a chat message leads to the page, signed in.
  const secure = isSecure(where, host) ? '; Secure' : '';
  return `${cookieName(where, host)}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAge}${secure}`;
}

export const setCookie = (where: Where, host: string | undefined, value: string): string =>
  cookie(where, host, value, LASTS_S);

export const clearCookie = (where: Where, host: string | undefined): string => cookie(where, host, '', 0);

/** @param header `Cookie` of the request */
export function readCookie(where: Where, host: string | undefined, header: string | undefined): string | null {
  const name = cookieName(where, host);
  for (const part of (header ?? '').split(';')) {
    const [key, ...value] = part.trim().split('=');
    if (key === name) return value.join('=') || null;
  }
  return null;
}
