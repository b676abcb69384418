/** Conditions under which a release that takes traffic is taken back. Pure: samples in, breach out. */
import type { Evidence } from '../targets/target.ts';

export type Trigger =
  | { readonly type: 'error-rate'; readonly above: number; readonly windowMs: number; readonly minRequests: number }
  | { readonly type: 'health'; readonly failures: number; readonly everyMs: number }
  | { readonly type: 'crash-loop'; readonly restarts: number };

/** One look at the release: its counters by target, and the checks that failed (null when they were not run). */
export interface Sample {
  readonly at: number;
  readonly evidence: Readonly<Record<string, Evidence>>;
  readonly failedChecks: readonly string[] | null;
}

export interface Breach {
  readonly trigger: string;
  readonly observed: string;
  readonly limit: string;
}

const percent = (share: number): string => `${Math.round(share * 1_000) / 10} %`;

/** The sample that the window begins with: the youngest one at least as old as the window, else the first. */
function windowStart(samples: readonly Sample[], windowMs: number): Sample | undefined {
  const end = samples.at(-1)?.at ?? 0;
  return samples.findLast((sample) => sample.at <= end - windowMs) ?? samples[0];
}

function errorRate(trigger: Trigger & { type: 'error-rate' }, samples: readonly Sample[]): Breach | null {
  const last = samples.at(-1);
  const first = windowStart(samples, trigger.windowMs);
  for (const [target, now] of Object.entries(last?.evidence ?? {})) {
    const then = first?.evidence[target];
    const requests = now.requests - (then?.requests ?? 0);
    const errors = now.errors - (then?.errors ?? 0);
    if (requests >= trigger.minRequests && errors / requests > trigger.above) {
      return {
        trigger: `error rate of ${target}`,
        observed: `${percent(errors / requests)} (${errors} of ${requests} requests)`,
        limit: percent(trigger.above),
      };
    }
  }
  return null;
}

function health(trigger: Trigger & { type: 'health' }, samples: readonly Sample[]): Breach | null {
  const looked = samples.filter((sample) => sample.failedChecks !== null).slice(-trigger.failures);
  if (looked.length < trigger.failures || looked.some((sample) => sample.failedChecks?.length === 0)) return null;
  return {
    trigger: 'health checks',
    observed: `${looked.at(-1)?.failedChecks?.join(', ')} failed ${trigger.failures} times in a row`,
    limit: `${trigger.failures} failures in a row`,
  };
}

function crashLoop(trigger: Trigger & { type: 'crash-loop' }, samples: readonly Sample[]): Breach | null {
  for (const [target, now] of Object.entries(samples.at(-1)?.evidence ?? {})) {
    const restarts = now.restarts - (samples[0]?.evidence[target]?.restarts ?? 0);
    if (restarts >= trigger.restarts) {
      return {
        trigger: `crashes of ${target}`,
        observed: `${restarts} restarts`,
        limit: `${trigger.restarts} restarts`,
      };
    }
  }
  return null;
}

/** The first condition that the samples (oldest first) breach. Silence breaches nothing and proves nothing. */
export function findBreach(triggers: readonly Trigger[], samples: readonly Sample[]): Breach | null {
  for (const trigger of triggers) {
    const breach =
      trigger.type === 'error-rate'
        ? errorRate(trigger, samples)
        : trigger.type === 'health'
          ? health(trigger, samples)
          : crashLoop(trigger, samples);
    if (breach) return breach;
  }
  return null;
}

/** How often a watcher has to look for these triggers to work, in milliseconds. */
export function lookEvery(triggers: readonly Trigger[]): number {
  const paces = triggers.map((trigger) =>
    trigger.type === 'error-rate' ? trigger.windowMs / 10 : trigger.type === 'health' ? trigger.everyMs : 1_000,
  );
  return Math.min(1_000, Math.max(100, ...(paces.length > 0 ? [Math.min(...paces)] : [1_000])));
}
