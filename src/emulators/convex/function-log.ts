/** Calls of functions, as stream_function_logs tells them. */

export interface FunctionCall {
  readonly kind: 'Completion';
  readonly udfType: 'Query' | 'Mutation' | 'Action' | 'HttpAction';
  readonly identifier: string;
  readonly componentPath: string | null;
  /** Seconds since the epoch. */
  readonly timestamp: number;
  /** Seconds. */
  readonly executionTime: number;
  readonly success: { readonly status: string } | null;
  readonly error: string | null;
  readonly requestId: string;
  readonly logLines: readonly string[];
  readonly cachedResult: boolean;
}

export interface FunctionLog {
  add(call: FunctionCall): void;
  /** Calls after the cursor; waits for the first one, at most `patienceMs`. */
  after(cursorMs: number, patienceMs: number): Promise<{ entries: readonly FunctionCall[]; newCursor: number }>;
}

export function createFunctionLog(): FunctionLog {
  const calls: { readonly at: number; readonly call: FunctionCall }[] = [];
  const waiting = new Set<() => void>();
  let last = 0;
  const page = (cursorMs: number) => {
    const found = calls.filter(({ at }) => at > cursorMs);
    return { entries: found.map(({ call }) => call), newCursor: found.at(-1)?.at ?? Math.max(cursorMs, last) };
  };
  return {
    add(call) {
      // A cursor is a time: no two calls may share one.
      last = Math.max(call.timestamp * 1000, last + 0.001);
      calls.push({ at: last, call });
      for (const wake of waiting) wake();
    },
    async after(cursorMs, patienceMs) {
      const now = page(cursorMs);
      if (now.entries.length > 0 || cursorMs === 0) return now;
      await new Promise<void>((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          waiting.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, patienceMs).unref();
        waiting.add(wake);
      });
      return page(cursorMs);
    },
  };
}
