/** By which names browsers may ask for the dashboard: `Host` must be one of them. */

/** Every address of this machine. */
export const isEverywhere = (host: string): boolean => host === '0.0.0.0' || host === '::';

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

const bracketed = (host: string): string => (host.includes(':') && !host.startsWith('[') ? `[${host}]` : host);

/** @param url where people reach it; @param host what it listens on */
export function hostsOf(url: string, host: string, port: number): readonly string[] {
  const names = isLoopback(host) || isEverywhere(host) ? LOOPBACK : [bracketed(host)];
  const own = isLoopback(host) ? [bracketed(host)] : [];
  return [...new Set([new URL(url).host, ...[...names, ...own].map((name) => `${name.toLowerCase()}:${port}`)])];
}
