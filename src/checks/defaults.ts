/** Defaults of the checks, in the form in which a person would write them. */

export const CHECK_DEFAULTS = {
  functionRunner: ['npx', '--no-install', 'convex', 'run'],
  status: '2xx',
  path: '/',
  method: 'GET',
  timeout: '10s',
  retries: 0,
  exit: 0,
  limit: '60s',
} as const;
