/** Looking at a release: checks before it takes traffic, triggers while it does. Shared by the soak step and the watch after commit. */
import type { CheckResult } from '../../checks/check.ts';
import type { Breach, Sample } from '../../strategies/triggers.ts';
import { findBreach, lookEvery } from '../../strategies/triggers.ts';
import type { HolderRequest } from '../../stores/store.ts';
import type { Evidence } from '../../targets/target.ts';
import { formatDuration } from '../../util/duration.ts';
import type { StepContext } from './step.ts';

interface Place {
  /** Where the release under test answers, target by target. */
  readonly urls: Readonly<Record<string, string>>;
  /** Targets that run with another schema than their release. */
  readonly mismatches: readonly CheckResult[];
}

async function placeOf(ctx: StepContext): Promise<Place> {
  const urls: Record<string, string> = {};
  const mismatches: CheckResult[] = [];
  for (const name of ctx.environment.targets.keys()) {
    const candidate = ctx.candidate(name);
    const probe = candidate && (await ctx.target(name).probe(ctx.contextFor(name), candidate));
    if (probe?.url) urls[name] = probe.url;
    else if (candidate?.url) urls[name] = candidate.url;
    if (!probe || probe.healthy || !probe.schema) continue;
    await ctx.mismatched({ target: name, ...probe.schema });
    const check = `schema version of ${name}`;
    mismatches.push({ check, status: 'fail', summary: probe.reason, findings: [], measurements: [] });
  }
  return { urls, mismatches };
}

async function runOne(
  ctx: StepContext,
  check: StepContext['environment']['checks'][number],
  urls: Place['urls'],
): Promise<CheckResult> {
  try {
    return await check.run({ urls, signal: ctx.signal, exec: ctx.runtime.exec });
  } catch (error) {
    const summary = error instanceof Error ? error.message : String(error);
    return { check: check.name, status: 'error', summary, findings: [], measurements: [] };
  }
}

/** Runs every check of the environment against the candidate. A check that throws could not look: `error`. */
export async function runChecks(ctx: StepContext): Promise<readonly CheckResult[]> {
  const { urls, mismatches } = await placeOf(ctx);
  return [...mismatches, ...(await Promise.all(ctx.environment.checks.map((check) => runOne(ctx, check, urls))))];
}

/** What is no pass and no warning: failed, could not tell, could not look. */
export function notPassed(results: readonly CheckResult[]): readonly CheckResult[] {
  return results.filter((result) => !['pass', 'warn', 'not-configured'].includes(result.status));
}

async function takeSample(ctx: StepContext, withChecks: boolean): Promise<Sample> {
  const evidence: Record<string, Evidence> = {};
  for (const [name, target] of ctx.environment.targets) {
    const candidate = ctx.candidate(name);
    const looked = candidate && (await target.traffic?.evidence?.(ctx.contextFor(name), candidate));
    if (looked) evidence[name] = looked;
  }
  const failedChecks = withChecks ? notPassed(await runChecks(ctx)).map((result) => result.check) : null;
  return { at: ctx.runtime.clock.now(), evidence, failedChecks };
}

export interface Verdict {
  readonly result: 'quiet' | 'breached' | 'asked' | 'stopped';
  readonly breach?: Breach;
  readonly request?: HolderRequest;
  /** Requests that the release answered meanwhile; null where they cannot be seen. */
  readonly requests: number | null;
}

function requestsSeen(samples: readonly Sample[]): number | null {
  const count = (sample: Sample | undefined) =>
    Object.values(sample?.evidence ?? {}).reduce((sum, one) => sum + one.requests, 0);
  const last = samples.at(-1);
  return last && Object.keys(last.evidence).length > 0 ? count(last) - count(samples[0]) : null;
}

/** Watches the release for a while; ends early on a breach, on a request of an operator, or when stopped. */
export async function watchRelease(
  ctx: StepContext,
  forMs: number,
  onSample: (sample: Sample) => Promise<void> = async () => undefined,
): Promise<Verdict> {
  const { clock } = ctx.runtime;
  const { triggers } = ctx.environment;
  const health = triggers.find((trigger) => trigger.type === 'health');
  const started = clock.now();
  const samples: Sample[] = [await takeSample(ctx, false)];
  let checkedAt = started;
  for (;;) {
    const now = clock.now();
    if (now - started >= forMs) return { result: 'quiet', requests: requestsSeen(samples) };
    await clock.sleep(Math.min(lookEvery(triggers), forMs - (now - started)), ctx.signal);
    if (ctx.signal.aborted) return { result: 'stopped', requests: requestsSeen(samples) };
    const due = health !== undefined && ctx.environment.checks.length > 0 && clock.now() - checkedAt >= health.everyMs;
    if (due) checkedAt = clock.now();
    const sample = await takeSample(ctx, due);
    samples.push(sample);
    await onSample(sample);
    const breach = findBreach(triggers, samples);
    if (breach) return { result: 'breached', breach, requests: requestsSeen(samples) };
    const request = (await ctx.requests())[0];
    if (request) return { result: 'asked', request, requests: requestsSeen(samples) };
    ctx.progress(
      `${requestsSeen(samples) ?? 'no'} requests seen · ${formatDuration(forMs - (clock.now() - started))} left`,
    );
  }
}
