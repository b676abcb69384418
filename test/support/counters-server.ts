/** An application's metrics as Prometheus scrapes them: counters of two releases that a test sets. */
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** Upper bounds of the histogram, in seconds. */
export const BOUNDS = ['0.07', '0.1', '0.5', '+Inf'] as const;

export interface ArmMetrics {
  requests: number;
  errors: number;
  /** Requests up to each bound of {@link BOUNDS}, not cumulative. */
  buckets: number[];
}

export interface CountersServer {
  readonly port: number;
  readonly origin: string;
  /** By release; what is not here has no series. */
  readonly arms: Map<string, ArmMetrics>;
  /** `process_start_time_seconds`. */
  startTime: number;
  /** Scrapes so far. */
  scrapes(): number;
  /** While true, scrapes fail. */
  down: boolean;
  close(): Promise<void>;
}

export async function startCountersServer(): Promise<CountersServer> {
  const arms = new Map<string, ArmMetrics>();
  let scrapes = 0;
  const state = { startTime: 1_000, down: false };
  const server = createServer((_, res) => {
    res.statusCode = state.down ? 500 : 200;
    // Counted when the numbers are taken, so that a test knows which scrape has them.
    const text = exposition(arms, state.startTime);
    scrapes += 1;
    res.setHeader('Content-Type', 'text/plain; version=0.0.4');
    res.end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, {
    port,
    origin: `http://127.0.0.1:${port}`,
    arms,
    scrapes: () => scrapes,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}

function exposition(arms: ReadonlyMap<string, ArmMetrics>, startTime: number): string {
  const lines = ['# TYPE http_requests_total counter'];
  for (const [release, { requests, errors }] of arms) {
    lines.push(`http_requests_total{release="${release}",code="200"} ${requests - errors}`);
    if (errors > 0) lines.push(`http_requests_total{release="${release}",code="500"} ${errors}`);
  }
  lines.push('# TYPE served_total counter');
  for (const [release, { requests }] of arms) lines.push(`served_total{release="${release}"} ${requests}`);
  lines.push('# TYPE failed_total counter');
  for (const [release, { errors }] of arms) lines.push(`failed_total{release="${release}"} ${errors}`);
  lines.push('# TYPE http_seconds histogram');
  for (const [release, { buckets, requests }] of arms) {
    let cumulative = 0;
    BOUNDS.forEach((le, index) => {
      cumulative += buckets[index] ?? 0;
      lines.push(`http_seconds_bucket{release="${release}",le="${le}"} ${cumulative}`);
    });
    lines.push(`http_seconds_sum{release="${release}"} 1`, `http_seconds_count{release="${release}"} ${requests}`);
  }
  lines.push('# TYPE process_start_time_seconds gauge', `process_start_time_seconds ${startTime}`);
  return `${lines.join('\n')}\n`;
}
