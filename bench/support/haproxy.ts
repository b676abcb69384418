/** HAProxy on loopback, switched over its own socket: `set server`, the way its manual and kamal-like tools do it. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { start, stop } from './children.ts';
import { freePort } from './free-port.ts';
import type { SwitchedRouter } from './switched-router.ts';

const configuration = (socket: string, port: number) => `global
  stats socket ${socket} mode 600 level admin
  maxconn 2000
defaults
  mode http
  retries 3
  option redispatch
  option idle-close-on-response
  timeout connect 2s
  timeout client 60s
  timeout server 60s
frontend public
  bind 127.0.0.1:${port}
  default_backend app
backend app
  server blue 127.0.0.1:1 disabled
  server green 127.0.0.1:1 disabled
`;

/** Null where it is not installed. */
export function haproxyVersion(): string | null {
  try {
    return /version (\S+)/.exec(execFileSync('haproxy', ['-v'], { encoding: 'utf8' }))?.[1] ?? null;
  } catch {
    return null;
  }
}

function tell(socket: string, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const wire = connect(socket, () => wire.write(`${command}\n`));
    wire.on('data', (data) => (answer += data.toString()));
    wire.on('end', () => resolve(answer));
    wire.on('error', reject);
  });
}

/** Requests that a server has, in progress or queued. */
async function busy(socket: string, server: string): Promise<number> {
  const [head = '', ...lines] = (await tell(socket, 'show stat app 4 -1')).replace(/^# /, '').split('\n');
  const names = head.split(',');
  const cells = lines.find((line) => line.startsWith(`app,${server},`))?.split(',') ?? [];
  return Number(cells[names.indexOf('scur')]) + Number(cells[names.indexOf('qcur')]);
}

export async function startHaproxy(version: string): Promise<SwitchedRouter> {
  const folder = mkdtempSync(join(tmpdir(), 'belay-haproxy-'));
  const socket = join(folder, 'admin.sock');
  const port = await freePort();
  writeFileSync(join(folder, 'haproxy.cfg'), configuration(socket, port));
  const child = start(['haproxy', '-db', '-q', '-f', join(folder, 'haproxy.cfg')], { cwd: folder });
  const deadline = performance.now() + 5_000;
  while (!existsSync(socket)) {
    if (child.exitCode !== null || performance.now() > deadline) throw new Error('HAProxy did not start');
    await delay(10);
  }
  let live = 'green';
  let old = 'blue';
  return {
    name: `HAProxy ${version.split('-')[0]}`,
    port,
    async switchTo(next) {
      [live, old] = [old, live];
      const { host, port: to } = next;
      const set = `set server app/${live}`;
      await tell(socket, `${set} addr ${host} port ${to};${set} state ready;set server app/${old} state drain`);
    },
    async drainOld() {
      while ((await busy(socket, old)) > 0) await delay(5);
      await tell(socket, `set server app/${old} state maint`);
    },
    async stop() {
      await stop(child);
      rmSync(folder, { recursive: true });
    },
  };
}
