/** What seeing every request costs HAProxy, and how long a change of shares takes until the last request of the old ones. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createHaproxyRouter, type HaproxyRouter } from '../src/routers/haproxy/haproxy-router.ts';
import type { Bench, BenchRow } from './support/bench.ts';
import { start, stop } from './support/children.ts';
import { freePort } from './support/free-port.ts';
import { haproxyVersion } from './support/haproxy.ts';
import { median, NO_FIGURE, pairedRatio, verdict } from './support/statistics.ts';

const ROUNDS = 7;
const ROUND_S = 2;
const CONNECTIONS = 64;
const FLIPS = 40;
/** Of a client that has been here before. */
const COOKIE = 'Cookie: belay_bucket=1234.0123456789ab';

const TIMES = '  mode http\n  timeout connect 2s\n  timeout client 60s\n  timeout server 60s\n';
const preamble = (socket: string) => `global\n  stats socket ${socket} mode 600 level admin\ndefaults\n${TIMES}`;

/** Two releases that answer at once: HAProxies that do nothing else. */
const releases = (socket: string, ports: readonly number[]) =>
  `${preamble(socket)}${ports
    .map(
      (port, index) =>
        `frontend release${index}\n  bind 127.0.0.1:${port}\n  http-request return status 200 content-type text/plain string release${index}\n`,
    )
    .join('')}`;

const alone = (socket: string, port: number, release: number, forwarded = '', retried = '') => `${preamble(
  socket,
)}  retries 3
  option redispatch
  option idle-close-on-response
${retried}frontend public
  bind 127.0.0.1:${port}
${forwarded}  default_backend app
backend app
  server one 127.0.0.1:${release}
`;

/** What Belay's HAProxy does for every request, as somebody would write it who needs nothing else. */
const RETRIED = '  retry-on conn-failure empty-response\n  option abortonclose\n  option clitcpka\n';
const FORWARDED = `  option forwardfor
  http-request set-header X-Forwarded-Host %[req.hdr(host)] if !{ req.hdr(x-forwarded-host) -m found }
  http-request set-header X-Forwarded-Proto http if !{ req.hdr(x-forwarded-proto) -m found }
  http-request add-header Forwarded "for=%[src];host=\\"%[req.hdr(host)]\\";proto=http"
`;

function hasWrk(): boolean {
  // Its help ends with 1.
  return spawnSync('wrk', ['-v']).error === undefined;
}

async function startPlain(folder: string, name: string, text: (socket: string) => string) {
  const [file, socket] = [join(folder, `${name}.cfg`), join(folder, `${name}.sock`)];
  writeFileSync(file, text(socket));
  const child = start(['haproxy', '-db', '-q', '-f', file], { cwd: folder, detached: true });
  while (!existsSync(socket)) await delay(10);
  return child;
}

/**
 * Requests a second. In a session of its own, as is each HAProxy: Linux divides a contended processor by session, and
 * Belay's HAProxy has one.
 */
async function wrk(port: number, ...headers: readonly string[]): Promise<number> {
  const argv = ['-t1', `-c${CONNECTIONS}`, `-d${ROUND_S}s`, ...headers.flatMap((header) => ['-H', header])];
  const child = start(['wrk', ...argv, `http://127.0.0.1:${port}/`], {
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let text = '';
  child.stdout?.on('data', (part: Buffer) => (text += part.toString()));
  await once(child, 'close');
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1] ?? 0);
}

/** Milliseconds from the call of `apply` to its return, and to the last answer by the release that lost its share. */
async function flip(router: HaproxyRouter, port: number, ports: readonly number[]) {
  const backends = ports.map((its, index) => ({ release: `release${index}`, host: '127.0.0.1', port: its }));
  const applied: number[] = [];
  const lastOld: number[] = [];
  for (let turn = 0; turn < FLIPS; turn++) {
    const live = `release${turn % 2}`;
    const began = performance.now();
    let settled = false;
    const asking = (async () => {
      let last = began;
      for (let since = 0; since < 20; since += settled ? 1 : 0) {
        const answer = await (await fetch(`http://127.0.0.1:${port}`)).text();
        if (answer !== live) last = performance.now();
      }
      return last - began;
    })();
    await router.apply({ backends, shares: { [live]: 1 }, holdMs: null });
    applied.push(performance.now() - began);
    settled = true;
    lastOld.push(await asking);
  }
  return { applied: median(applied), lastOld: median(lastOld), worst: Math.max(...lastOld) };
}

async function measure(folder: string): Promise<readonly BenchRow[]> {
  const ports = [await freePort(), await freePort()];
  const [plainPort, samePort, port, quietPort] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const children = [
    await startPlain(folder, 'releases', (socket) => releases(socket, ports)),
    await startPlain(folder, 'alone', (socket) => alone(socket, plainPort, ports[0] ?? 0)),
    await startPlain(folder, 'same', (socket) => alone(socket, samePort, ports[0] ?? 0, FORWARDED, RETRIED)),
  ];
  const router = createHaproxyRouter({ name: 'bench', folder: join(folder, 'belay'), socketFolder: folder });
  const [stable = 0, candidate = 0] = ports;
  const backends = [
    { release: 'release0', host: '127.0.0.1', port: stable },
    { release: 'release1', host: '127.0.0.1', port: candidate },
  ];
  const table = { backends, shares: { release0: 0.5, release1: 0.5 }, holdMs: null };
  await router.apply(table);
  await router.listen({ host: '127.0.0.1', port });
  // The same rules without their evidence, from the file that Belay wrote.
  const written = readFileSync(join(folder, 'belay', 'belay.cfg'), 'utf8');
  const quiet = written
    .replace(/^ {2}log ring.*$/m, '  no log')
    .replace(/^ {2}bind .*$/m, `  bind 127.0.0.1:${quietPort}`)
    .replace(/^ {2}stats socket \S+/m, `  stats socket ${join(folder, 'quiet.sock')}`);
  children.push(await startPlain(folder, 'quiet', () => quiet));
  try {
    const rates = { alone: [] as number[], same: [] as number[], quiet: [] as number[] };
    const seen = { known: [] as number[], new: [] as number[] };
    let { next } = await router.observations(null);
    let [observed, missed] = [0, 0];
    await wrk(plainPort);
    for (let round = 0; round < ROUNDS; round++) {
      rates.alone.push(await wrk(plainPort));
      rates.same.push(await wrk(samePort));
      rates.quiet.push(await wrk(quietPort));
      // Ours reads meanwhile, in this process.
      seen.new.push(await wrk(port));
      seen.known.push(await wrk(port, COOKIE));
      for (;;) {
        const part = await router.observations(next);
        next = part.next;
        observed += part.items.length;
        missed += part.missed;
        if (part.items.length === 0 && part.missed === 0) break;
      }
    }
    const flips = await flip(router, port, ports);
    const row = (name: string, values: readonly number[]) => ({ case: name, 'requests/s': Math.round(median(values)) });
    const ratio = (name: string, of: readonly number[], to: readonly number[]) => {
      const its = pairedRatio(of, to);
      return { case: name, ratio: its, ...verdict('0.95', its >= 0.95) };
    };
    return [
      { ...row('HAProxy alone, one backend, no rules', rates.alone), ...NO_FIGURE },
      { ...row('HAProxy alone, the same headers and retries', rates.same), ...NO_FIGURE },
      { ...row('belay’s rules in a split, unseen', rates.quiet), ...NO_FIGURE },
      { ...row('belay in a split, every request seen, new clients', seen.new), ...NO_FIGURE },
      { ...row('belay in a split, every request seen, known clients', seen.known), ...NO_FIGURE },
      ratio('new clients / the same headers and retries', seen.new, rates.same),
      ratio('known clients / the same headers and retries', seen.known, rates.same),
      ratio('new clients / alone', seen.new, rates.alone),
      { case: `requests observed or counted as missed`, observed, missed, ...NO_FIGURE },
      {
        case: `${FLIPS} changes of all traffic`,
        'apply ms': flips.applied,
        'last old answer ms': flips.lastOld,
        'worst ms': flips.worst,
        ...NO_FIGURE,
      },
    ];
  } finally {
    await router.close();
    await Promise.all(children.map(stop));
  }
}

export const bench: Bench = {
  title: `HAProxy with and without evidence, ${CONNECTIONS} connections, ${ROUNDS} rounds of ${ROUND_S} s each, one after the other`,
  async run() {
    if (haproxyVersion() === null || !hasWrk()) return [{ case: 'not installed: apt-get install haproxy wrk' }];
    const folder = mkdtempSync(join(tmpdir(), 'belay-bench-routers-'));
    try {
      return await measure(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
