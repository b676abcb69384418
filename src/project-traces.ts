/** Traces of deployments for an OpenTelemetry collector: sent behind a deployment, never in its way. Part of the composition root. */
import { describeError, Problem } from './core/errors.ts';
import type { JournalEvent } from './core/events.ts';
import type { TraceAddress } from './config/environment.ts';
import { traceOf } from './metrics/otlp.ts';
import type { Store } from './stores/store.ts';
import type { Redactor } from './util/redact.ts';
import { createHttp } from './util/http.ts';

/** What is told of a deployment while its process ends: longer than this nobody waits for a collector. */
const SETTLE_MS = 2_000;
const LIMIT_MS = 10_000;

export interface Traces {
  event(event: JournalEvent): void;
  /** Sends what ended since; why it could not, in one line, or null. Takes two seconds at most, and never throws. */
  settle(): Promise<string | null>;
}

async function post({ url, headers }: TraceAddress, body: unknown, limitMs: number): Promise<void> {
  const { origin, pathname, search } = new URL(url);
  const http = createHttp({ base: origin, name: 'the collector of traces', headers, limitMs, tries: 1 });
  await http.send('POST', `${pathname}${search}`, { body, idempotent: true });
}

/** The whole trace of one deployment as its record has it. @throws Problem DEPLOYMENT_UNKNOWN, TARGET_UNREACHABLE */
export async function sendTrace(store: Store, address: TraceAddress, deployment: string): Promise<void> {
  const trace = traceOf(await store.read({ deployment }));
  if (!trace)
    throw new Problem('DEPLOYMENT_UNKNOWN', `There is no deployment ${deployment}`, { next: 'belay history' });
  try {
    await post(address, trace, LIMIT_MS);
  } catch (error) {
    throw new Problem('TARGET_UNREACHABLE', `The trace of ${deployment} was not taken`, {
      why: describeError(error),
      next: 'see that an OTLP/HTTP collector listens at that address, then send it again: it stays the same trace',
      retry: 'later',
    });
  }
}

/** Keeps which deployments had news, and sends each from the record: what an earlier process did of it is in the trace too. */
export function tracesTo(store: Store, address: TraceAddress, redactor: Redactor): Traces {
  // They hold the key of the collector.
  for (const value of Object.values(address.headers)) redactor.hide(value);
  const touched = new Set<string>();
  const sendAll = async (): Promise<string | null> => {
    const ids = [...touched];
    touched.clear();
    try {
      for (const id of ids) await post(address, traceOf(await store.read({ deployment: id })), SETTLE_MS);
      return null;
    } catch (error) {
      return `the trace was not sent: ${describeError(error)}`;
    }
  };
  return {
    event: ({ deployment }) => void (deployment !== null && touched.add(deployment)),
    async settle() {
      if (touched.size === 0) return null;
      const late = AbortSignal.timeout(SETTLE_MS);
      const limit = new Promise<string>((resolve) => {
        late.addEventListener('abort', () => resolve(`the trace was not sent within ${SETTLE_MS} ms`), { once: true });
      });
      return Promise.race([sendAll(), limit]);
    },
  };
}
