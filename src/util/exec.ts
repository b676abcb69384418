/** Runs a program: an argument list, never a shell string of ours; time limit, streamed lines, whole process group ended. */

export interface ExecOptions {
  readonly cwd?: string;
  /** Added to the base environment. Secrets go here, never into the arguments. */
  readonly env?: Readonly<Record<string, string>>;
  readonly limitMs?: number;
  readonly signal?: AbortSignal;
  readonly input?: string;
  readonly onLine?: (line: string) => void;
  /** Called with the process id (which is also its group's) as soon as it runs. */
  readonly onStart?: (pid: number) => void;
}

export interface ExecResult {
  /** Null when it did not exit by itself (signal, time limit, not found). */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
  readonly ended: 'exit' | 'signal' | 'timeout' | 'aborted' | 'not-found';
  /** The last lines of both streams, as they came. */
  readonly tail: readonly string[];
}

export type Exec = (argv: readonly [string, ...string[]], options?: ExecOptions) => Promise<ExecResult>;

const TAIL_LINES = 30;
const KILL_AFTER_MS = 5_000;
const MAX_OUTPUT = 64 * 1024 * 1024;

/** Ends a whole process group: TERM, then KILL to whatever is left. */
function endGroup(pid: number): NodeJS.Timeout {
  const send = (signal: NodeJS.Signals) => {
    try {
      process.kill(-pid, signal);
    } catch {
      // already gone
    }
  };
  send('SIGTERM');
  return setTimeout(() => send('SIGKILL'), KILL_AFTER_MS);
}

export function createExec(
  base: Readonly<Record<string, string>>,
  clean: (text: string) => string = (text) => text,
): Exec {
  return async (argv, options = {}) => {
    // Loading it takes a tenth of a bare start of Node: only for who runs a program.
    const { execa } = await import('execa');
    const [file, ...args] = argv;
    const started = performance.now();
    const tail: string[] = [];
    let ended: ExecResult['ended'] = 'exit';
    let killer: NodeJS.Timeout | undefined;
    const child = execa(file, args, {
      ...(options.cwd ? { cwd: options.cwd } : {}),
      ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
      env: { ...base, ...options.env },
      extendEnv: false,
      // Its own group, so that a time limit ends what it has started as well.
      detached: true,
      cleanup: true,
      reject: false,
      maxBuffer: MAX_OUTPUT,
      all: true,
    });
    const end = (why: 'timeout' | 'aborted') => {
      if (killer || child.pid === undefined) return;
      ended = why;
      killer = endGroup(child.pid);
    };
    if (child.pid !== undefined) options.onStart?.(child.pid);
    const timer = options.limitMs === undefined ? undefined : setTimeout(() => end('timeout'), options.limitMs);
    const onAbort = () => end('aborted');
    if (options.signal?.aborted) onAbort();
    options.signal?.addEventListener('abort', onAbort, { once: true });
    const follow = async () => {
      for await (const line of child.iterable({ from: 'all' })) {
        const cleaned = clean(line);
        tail.push(cleaned);
        if (tail.length > TAIL_LINES) tail.shift();
        options.onLine?.(cleaned);
      }
    };
    const [result] = await Promise.all([child, follow().catch(() => undefined)]);
    clearTimeout(timer);
    clearTimeout(killer);
    if (killer && child.pid !== undefined) {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // the group is gone
      }
    }
    options.signal?.removeEventListener('abort', onAbort);
    const notFound = result.code === 'ENOENT';
    return {
      code: result.exitCode ?? null,
      stdout: clean(String(result.stdout ?? '')),
      stderr: clean(String(result.stderr ?? '')),
      ms: performance.now() - started,
      ended: notFound ? 'not-found' : ended !== 'exit' ? ended : result.exitCode === undefined ? 'signal' : 'exit',
      tail,
    };
  };
}
