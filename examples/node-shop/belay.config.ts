import { blueGreen, defineConfig, local, postgres, secret } from 'belayctl';

/** A web application and its API on one machine, deployed from CI with a journal that the team shares. */
export default defineConfig({
  app: 'shop',
  store: postgres({ url: secret('BELAY_STORE_URL') }),
  environments: {
    production: {
      targets: {
        // In the order of activation: the backend first, compatible with the front end that still runs.
        api: local({
          start: 'node api.mjs',
          port: 8081,
          probe: { path: '/healthz' },
          env: { API_KEY: secret('API_KEY') },
        }),
        web: local({ install: 'npm ci', build: 'npm run build', start: 'npm start', port: 8080 }),
      },
      strategy: blueGreen({ soak: '30s' }),
      triggers: [
        { type: 'error-rate', above: '2%', window: '15s', minRequests: 50 },
        { type: 'health', failures: 3, every: '5s' },
        { type: 'crash-loop', restarts: 3 },
      ],
      bake: { time: '10m' },
      checks: './health.yml',
      lock: { wait: '15m' },
    },
    staging: { extends: 'production', targets: { api: { port: 9081 }, web: { port: 9080 } }, bake: { time: '1m' } },
  },
});
