/** Every default in the form in which a person would write it: the reference and the schema print these. */

export const DEFAULTS = {
  storePath: '.belay/journal.db',
  strategy: 'blue-green',
  soak: '0s',
  host: '127.0.0.1',
  source: '.',
  router: 'embedded',
  hold: '30s',
  keep: 5,
  probe: { path: '/', limit: '2s' },
  limits: { install: '10m', build: '15m', start: '60s' },
  drain: { requests: '10s', streams: '30s', kill: '10s' },
  bake: '60s',
  lock: { ttl: '30s', wait: '15m' },
  errorRate: { above: '5%', window: '10s', minRequests: 20 },
  health: { failures: 2, every: '5s' },
  crashLoop: { restarts: 3 },
  method: 'dump',
  vercel: {
    api: 'https://api.vercel.com',
    deploy: 'files',
    // Without `pull`, variables that the build bakes in would silently be missing.
    build: 'npx vercel pull --yes --environment=production && npx vercel build --prod',
    probe: { path: '/', limit: '10s' },
    edgeConfigKey: 'belay',
  },
  notify: { security: 'starttls', severity: 'info', zone: 'UTC', group: '0s' },
  convex: { install: 'npm ci', provision: 'https://api.convex.dev' },
} as const;

/** When a practice should be looked at again: `belay metrics` says so. */
export const REVIEW_DEFAULTS = {
  teamSize: 10,
  deploysPerWeek: 50,
  users: 10_000,
  failureRate: '5%',
  recovery: '1h',
} as const;

/** In force while traffic moves and for the bake time, unless the environment names its own. */
export const DEFAULT_TRIGGERS = [
  { type: 'error-rate', ...DEFAULTS.errorRate },
  { type: 'health', ...DEFAULTS.health },
  { type: 'crash-loop', ...DEFAULTS.crashLoop },
] as const;

/** Two minutes a share; what nothing speaks against goes on, and is not called good. */
export const CANARY_DEFAULTS = {
  steps: ['5%', '25%', '50%'],
  hold: '2m',
  maxHold: '10m',
  promotion: 'automatic',
  onInconclusive: 'continue',
  onNoData: 'abort',
  silence: '60s',
  unwatched: '60s',
  alpha: '1%',
  beta: '5%',
  errors: { tolerance: 1, promoteBelow: 2 },
  latency: { tolerance: '10%', promoteBelow: '25%' },
  // Just started is slower and fails more: half a minute in which only a disaster counts.
  grace: { time: '30s', tolerance: 8 },
  holdBack: { share: '5%' },
  interval: '30s',
} as const;
