/** Processes that a bench starts: every one is stopped by its id, whatever happens. */
import { type ChildProcess, fork, spawn, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await gone;
  clearTimeout(late);
}

/** A TypeScript file of ours in a process of its own that answers messages, one at a time each. */
export interface Helper {
  ask<T>(message: object): Promise<T>;
  stop(): Promise<void>;
}

export function startHelper(file: URL): Helper {
  const child = fork(fileURLToPath(file), [], { cwd: ROOT, execArgv: ['--import', 'jiti/register'] });
  const waiting = new Map<number, (answer: unknown) => void>();
  let last = 0;
  child.on('message', ({ id, answer }: { id: number; answer: unknown }) => {
    waiting.get(id)?.(answer);
    waiting.delete(id);
  });
  return {
    ask<T>(message: object) {
      last += 1;
      const id = last;
      child.send({ id, ...message });
      return new Promise<T>((resolve, reject) => {
        const ended = () => reject(new Error(`${file.pathname} ended`));
        child.once('exit', ended);
        waiting.set(id, (answer) => {
          child.off('exit', ended);
          resolve(answer as T);
        });
      });
    },
    stop: () => stop(child),
  };
}

/** The other side of a helper: answers every message with what `handle` returns. */
export function serveParent(handle: (message: never) => unknown): void {
  process.on('message', (message: { id: number }) => {
    void Promise.resolve(handle(message as never)).then((answer) => process.send?.({ id: message.id, answer }));
  });
  process.once('disconnect', () => process.exit());
}

export function start(
  argv: readonly string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv; stdio?: StdioOptions; detached?: boolean },
) {
  const [program = '', ...args] = argv;
  return spawn(program, args, { stdio: 'ignore', ...options });
}

const TICK_MS = 10;

/** Processor time of all children that have ended, in milliseconds (Linux counts it in hundredths of a second). */
export function endedChildrenCpuMs(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[13]) + Number(fields[14])) * TICK_MS;
}

/** Resident memory of a process in MB, from the kernel. */
export function residentMb(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1_024;
}
