/** The shop of the canary demo: every release fails now and then and takes its time, the bad ones more than that. */
import type { Version } from './repository.ts';

/** Of the requests, what every good release answers with 500. */
export const BASE_ERROR_RATE = 0.01;
/** A timer and no work: beside this the noise of a busy machine is small. Milliseconds. */
const ANSWER_MS = { least: 20, spread: 10 };
const SLOW_MS = 300;
/** A process that has just started is slower; it asks itself so often, at most so long, before it says that it is ready. */
const WARM_UP = { requests: 3_000, atOnce: 50, limitMs: 6_000 };

export interface Habits {
  readonly errorRate: number;
  /** Of the requests, what takes 300 ms more. */
  readonly slowShare: number;
}

export const GOOD: Habits = { errorRate: BASE_ERROR_RATE, slowShare: 0 };

/** The whole application: warms itself up, then answers `/healthz`; whatever else it is asked, with its goods. */
export function canaryServer(version: number | string, goods: string, { errorRate, slowShare }: Habits): string {
  return `import { createServer, get, Agent } from 'node:http';
let ready = false;
const server = createServer((request, response) => {
  const answer = (status, text) => {
    response.writeHead(status, { 'content-type': 'text/plain', 'x-shop-version': '${version}' }).end(text + '\\n');
  };
  if (request.url === '/healthz') return answer(ready ? 200 : 503, ready ? 'fine' : 'warming up');
  const failed = Math.random() < ${errorRate};
  const slow = Math.random() < ${slowShare} ? ${SLOW_MS} : 0;
  setTimeout(() => answer(failed ? 500 : 200, failed ? 'out of luck' : '${goods}'), slow + ${ANSWER_MS.least} + Math.random() * ${ANSWER_MS.spread});
});
server.listen(Number(process.env.PORT), '127.0.0.1', warmUp);
process.on('SIGTERM', () => server.close());

async function warmUp() {
  const agent = new Agent({ keepAlive: true });
  const until = Date.now() + ${WARM_UP.limitMs};
  const ask = () => new Promise((resolve) => {
    get({ port: server.address().port, host: '127.0.0.1', agent }, (response) => response.resume().on('end', resolve)).on('error', resolve);
  });
  let asked = 0;
  const customer = async () => {
    while (asked++ < ${WARM_UP.requests} && Date.now() < until) await ask();
  };
  await Promise.all(Array.from({ length: ${WARM_UP.atOnce} }, customer));
  agent.destroy();
  ready = true;
}
`;
}

const version = (number: number, subject: string, goods: string, habits: Habits): Version => ({
  subject,
  source: canaryServer(number, goods, habits),
});

/** In the order in which they are deployed: two good ones, then two that no health check would find. */
export const CANARY_VERSIONS = [
  version(1, 'Sell shoes', 'shoes', GOOD),
  version(2, 'Sell hats as well', 'shoes and hats', GOOD),
  version(3, 'Add recommendations', 'shoes, hats, and you may like', { ...GOOD, errorRate: 5 * BASE_ERROR_RATE }),
  version(4, 'Add reviews', 'shoes, hats, and what others say', { ...GOOD, slowShare: 0.05 }),
] as const;

export function canaryConfiguration(port: number, router: 'embedded' | 'haproxy'): string {
  return `# The whole configuration of the demo. Yours is written by: belay init
app: shop
environments:
  production:
    targets:
      web:
        type: local
        start: node server.mjs
        port: ${port}
        router: ${router}
        probe: { path: /healthz }
        drain: { requests: 3s, streams: 3s, kill: 3s }
    strategy:
      type: canary
      steps: [10%, 30%]
      # Short, for a story. In earnest there is time: minutes a share.
      hold: 5s
      maxHold: 40s
      interval: 2s
      silence: 10s
      # The shop warms itself up before it is ready.
      grace: { time: 0s }
      # Half a minute of traffic cannot tell 1.5 times the errors from 1.
      errors: { promoteBelow: 3 }
      # Several processes share a small machine here.
      latency: { tolerance: 30%, promoteBelow: 60% }
    # What is shown here is the comparison: nothing else takes a release back.
    triggers: []
    bake: { time: 0s }
`;
}
