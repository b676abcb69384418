/** The small real application of the demo, and its whole configuration. */
import type { Version } from './repository.ts';

/** `handler` is what follows the health route. */
function serverSource(version: number, handler: string): string {
  return `import { createServer } from 'node:http';
let served = 0;
const server = createServer((request, response) => {
  const answer = (status, text) => {
    response.writeHead(status, { 'content-type': 'text/plain', 'x-shop-version': '${version}' }).end(text + '\\n');
  };
  if (request.url === '/healthz') return answer(200, 'fine');
  ${handler}
});
server.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => server.close());
`;
}

const version = (number: number, subject: string, handler: string): Version => ({
  subject,
  source: serverSource(number, handler),
});

/** In the order in which they are deployed. */
export const VERSIONS = [
  version(1, 'Sell shoes', `answer(200, 'shoes');`),
  version(2, 'Sell hats as well', `answer(200, 'shoes and hats');`),
  // Healthy at first: what goes wrong shows only under traffic, as it does in life.
  version(
    3,
    'Add recommendations',
    `answer(++served > 40 ? 500 : 200, served > 40 ? 'no connection to recommendations' : 'shoes, hats, and you may like');`,
  ),
] as const;

export function configuration(port: number): string {
  return `# The whole configuration of the demo. Yours is written by: belay init
app: shop
environments:
  production:
    targets:
      web:
        type: local
        start: node server.mjs
        port: ${port}
        probe: { path: /healthz }
        drain: { requests: 3s, streams: 3s, kill: 3s }
    strategy: { type: blue-green, soak: 4s }
    triggers:
      - { type: error-rate, above: 5%, window: 2s, minRequests: 20 }
    bake: { time: 2s }
    checks:
      http:
        - { name: front page, target: web, path: /healthz, expect: { status: 200 } }
`;
}
