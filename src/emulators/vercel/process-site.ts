/** A deployment with a server: started by the first request, again when it has died, as functions are. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, type IncomingMessage, type ServerResponse, request } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Site, sendError } from './site.ts';

export interface ProcessOptions {
  /** Given to the shell, with PORT in its environment. */
  readonly command: string;
  readonly cwd: string;
  readonly env: () => Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
}

interface Running {
  readonly child: ChildProcess;
  readonly port: number;
}

const START_LIMIT_MS = 30_000;
const KILL_AFTER_MS = 2_000;
const DYING_MS = 200;

export function processSite(options: ProcessOptions): Site {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  let running: Promise<Running> | null = null;
  let stopped = false;

  const ensure = (): Promise<Running> => {
    if (running) return running;
    const starting = start(options, () => (running = null));
    starting.catch(() => (running = null));
    running = starting;
    return starting;
  };

  return {
    async answer(req, res) {
      if (stopped) return sendError(res, 404, 'DEPLOYMENT_NOT_FOUND', 'The deployment could not be found');
      const started = await ensure().catch(() => null);
      try {
        if (started) return await forward(req, res, started.port, agent);
      } catch {
        // It may be dying of this request: the next one must find it gone.
        await Promise.race([started && once(started.child, 'exit'), delay(DYING_MS)]);
      }
      sendError(res, 500, 'FUNCTION_INVOCATION_FAILED', 'This Serverless Function has crashed.');
    },
    async stop() {
      stopped = true;
      agent.destroy();
      const left = await running?.catch(() => null);
      if (left) await end(left.child);
    },
  };
}

async function start(options: ProcessOptions, onExit: () => void): Promise<Running> {
  const port = await freePort();
  const child = spawn('sh', ['-c', options.command], {
    cwd: options.cwd,
    env: { ...options.env(), PORT: String(port), HOSTNAME: '127.0.0.1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: `npm start` and what it starts end together.
    detached: true,
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => text.split('\n').filter(Boolean).forEach(options.onLine));
  }
  let gone = false;
  child.once('exit', () => {
    gone = true;
    onExit();
  });
  child.once('error', () => (gone = true));
  const deadline = Date.now() + START_LIMIT_MS;
  while (!(await accepts(port))) {
    if (gone || Date.now() > deadline) {
      await end(child);
      throw new Error(`"${options.command}" does not listen on PORT`);
    }
    await delay(20);
  }
  return { child, port };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const { pid } = child;
  const exited = once(child, 'exit');
  signalGroup(pid, 'SIGTERM');
  const killer = setTimeout(() => signalGroup(pid, 'SIGKILL'), KILL_AFTER_MS);
  await exited;
  clearTimeout(killer);
  // Its children may have outlived it.
  signalGroup(pid, 'SIGKILL');
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone.
  }
}

function forward(req: IncomingMessage, res: ServerResponse, port: number, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const { method, url: path, headers } = req;
    const onward = request({ host: '127.0.0.1', port, method, path, headers, agent }, (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(res);
      answer.once('error', reject);
      res.once('close', resolve);
    });
    onward.once('error', reject);
    req.pipe(onward);
  });
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
