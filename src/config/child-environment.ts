/**
 * What builds and checks get of our environment. Not all of it: a CI job's environment is full of
 * secrets, and a build runs the code of every dependency. More is handed on by name (`passEnv`).
 */
import type { Variables } from './environment.ts';

const HANDED_ON: ReadonlySet<string> = new Set([
  'PATH',
  'HOME',
  'SHELL',
  'USER',
  'LOGNAME',
  'LANG',
  'LANGUAGE',
  'TZ',
  'TERM',
  'TMPDIR',
  'TMP',
  'TEMP',
  'CI',
  'XDG_CACHE_HOME',
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'ALL_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'all_proxy',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'NODE_EXTRA_CA_CERTS',
  'SSH_AUTH_SOCK',
  // Windows cannot start most programs without these.
  'SystemRoot',
  'ComSpec',
  'PATHEXT',
  'APPDATA',
  'LOCALAPPDATA',
  'USERPROFILE',
]);

/** The variables in the list above, every `LC_*`, and those named in `pass`; unset ones are left out. */
export function childEnvironment(
  variables: Variables = process.env,
  pass: readonly string[] = [],
): Record<string, string> {
  const named = new Set(pass);
  const handedOn = Object.entries(variables).filter(
    ([name, value]) => value !== undefined && (HANDED_ON.has(name) || name.startsWith('LC_') || named.has(name)),
  );
  return Object.fromEntries(handedOn) as Record<string, string>;
}
