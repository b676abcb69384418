/** The output of a deployment's steps: read to its end, then on as it grows, while the deployment is open. */
import { useEffect, useState } from 'react';
import type { LogLine, LogPage } from '../../../src/server/api/deployments.ts';
import { get, withQuery } from '../api.ts';

export interface KnownLog {
  readonly lines: readonly LogLine[];
  /** Why there is nothing. */
  readonly missing: string | null;
  readonly loading: boolean;
  readonly error: Error | null;
}

const NOTHING: KnownLog = { lines: [], missing: null, loading: true, error: null };
const APART_MS = 700;
const DRAW_MS = 250;

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      done();
    });
  });

export function useLog(id: string, open: boolean): KnownLog {
  const [log, setLog] = useState(NOTHING);
  useEffect(() => {
    const stop = new AbortController();
    const read = async () => {
      let after = 0;
      let shownAt = 0;
      let lines: LogLine[] = [];
      while (!stop.signal.aborted) {
        try {
          const page = await get<LogPage>(
            withQuery(`/deployments/${encodeURIComponent(id)}/log`, { after }),
            stop.signal,
          );
          after = page.next;
          if (page.lines.length > 0) lines = [...lines, ...page.lines];
          // A long log is drawn a few times while it comes, not once a page.
          const ended = page.lines.length === 0;
          if (ended || performance.now() - shownAt > DRAW_MS) {
            setLog({ lines, missing: page.missing, loading: false, error: null });
            shownAt = performance.now();
          }
          if (!ended) continue;
          if (!open) return;
        } catch (error) {
          if (stop.signal.aborted) return;
          setLog((before) => ({
            ...before,
            loading: false,
            error: error instanceof Error ? error : new Error(String(error)),
          }));
          if (!open) return;
        }
        await pause(APART_MS, stop.signal);
      }
    };
    void read();
    return () => stop.abort();
  }, [id, open]);
  return log;
}
