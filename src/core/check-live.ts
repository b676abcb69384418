/** Runs the checks of an environment against what is live now. Takes no lock and records nothing. */
import type { CheckResult } from '../checks/check.ts';
import { describeError } from './errors.ts';
import { lookWithin } from './observe.ts';
import type { ReleaseRef } from './release.ts';
import type { Environment, Runtime } from './runtime.ts';

/** A check that says nothing for this long could not look. */
const LIMIT_MS = 120_000;

interface Looked {
  readonly result: CheckResult;
  readonly live: ReleaseRef | null;
  readonly url: string | null;
}

async function lookAt(runtime: Runtime, environment: Environment, name: string): Promise<Looked> {
  const check = `${name} answers`;
  const verdict = (status: CheckResult['status'], summary: string) => ({
    check,
    status,
    summary,
    findings: [],
    measurements: [],
  });
  const target = environment.targets.get(name);
  try {
    const live = await lookWithin(runtime, environment, name, async (ctx) => (await target?.live(ctx)) ?? null);
    if (!target || !live) return { live: null, url: null, result: verdict('fail', 'nothing is live') };
    const probe = await lookWithin(runtime, environment, name, (ctx) => target.probe(ctx, live));
    const url = probe.url ?? live.url ?? null;
    return { live, url, result: probe.healthy ? verdict('pass', live.id) : verdict('fail', probe.reason) };
  } catch (error) {
    return { live: null, url: null, result: verdict('error', describeError(error)) };
  }
}

/** The probe of every target (or of one), then every check; each gives exactly one result, whatever it does. */
export async function checkLive(
  runtime: Runtime,
  environment: Environment,
  only?: string,
): Promise<readonly CheckResult[]> {
  const names = [...environment.targets.keys()].filter((name) => only === undefined || name === only);
  const looked = await Promise.all(names.map((name) => lookAt(runtime, environment, name)));
  const urls = Object.fromEntries(looked.flatMap(({ url }, at) => (url && names[at] ? [[names[at], url]] : [])));
  const signal = AbortSignal.any([runtime.stop.gently, AbortSignal.timeout(LIMIT_MS)]);
  const results = await Promise.all(
    environment.checks.map((check) =>
      check.run({ urls, signal, exec: runtime.exec }).catch((error: unknown): CheckResult => {
        return { check: check.name, status: 'error', summary: describeError(error), findings: [], measurements: [] };
      }),
    ),
  );
  return [...looked.map(({ result }) => result), ...results, ...(results.length > 0 ? [] : [NONE])];
}

const NONE: CheckResult = {
  check: 'checks',
  status: 'not-configured',
  summary: 'no check is configured: only that the targets answer is known',
  findings: [],
  measurements: [],
};
