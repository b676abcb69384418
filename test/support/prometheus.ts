/** Starts Debian's Prometheus on a loopback port, in a temporary folder. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './postgres.ts';
import { until } from './until.ts';

const BINARY = '/usr/bin/prometheus';

export interface RunningPrometheus {
  readonly url: string;
  /** Value of an instant query; null when it gives nothing. */
  value(query: string): Promise<number | null>;
  /** Ends the process and keeps the folder. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export function prometheusInstalled(): boolean {
  return existsSync(BINARY);
}

/** Scrapes each job's ports. `interval` as Prometheus writes durations. */
export async function startPrometheus(
  jobs: Readonly<Record<string, readonly number[]>>,
  interval: string,
): Promise<RunningPrometheus> {
  if (!prometheusInstalled()) throw new Error('Prometheus is not installed: apt-get install prometheus');
  const folder = mkdtempSync(join(tmpdir(), 'belay-prometheus-'));
  const scrapes = Object.entries(jobs).map(([job_name, ports]) => ({
    job_name,
    static_configs: [{ targets: ports.map((port) => `127.0.0.1:${port}`) }],
  }));
  // JSON is YAML.
  writeFileSync(
    join(folder, 'prometheus.yml'),
    JSON.stringify({ global: { scrape_interval: interval, scrape_timeout: interval }, scrape_configs: scrapes }),
  );
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(
    BINARY,
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], cwd: folder },
  );
  let log = '';
  child.stderr.on('data', (text: Buffer) => (log = (log + text.toString()).slice(-8_000)));
  const value = (query: string) => valueOf(url, query);
  try {
    await until('Prometheus is ready', async () => {
      if (child.exitCode !== null) throw new Error(`Prometheus ended:\n${log}`);
      return (await fetch(`${url}/-/ready`).catch(() => null))?.ok;
    });
  } catch (error) {
    await end(child);
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    url,
    value,
    kill: () => end(child),
    async stop() {
      await end(child);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function valueOf(url: string, query: string): Promise<number | null> {
  const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`);
  const answer = (await response.json()) as { data: { result: { value: [number, string] }[] } };
  const [first] = answer.data.result;
  return first ? Number(first.value[1]) : null;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}
