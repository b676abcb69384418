/** Asks over HTTP, and compares the answer with what is expected. */
import { setTimeout as delay } from 'node:timers/promises';
import { formatDuration } from '../util/duration.ts';
import type { Check, CheckContext, CheckResult } from './check.ts';
import { judgeJson } from './json-expect.ts';
import { type Answer, request } from './request.ts';
import type { HttpSpec } from './spec.ts';
import { clip, type Finding, verdict } from './verdict.ts';

const BETWEEN_TRIES_MS = 500;

export function httpCheck(spec: HttpSpec): Check {
  return {
    name: spec.name,
    async run(ctx) {
      const url = address(spec, ctx.urls);
      if (typeof url !== 'string') return verdict(spec.name, '', [url]);
      for (let left = spec.retries; ; left--) {
        const result = await look(spec, url, ctx);
        if (result.status === 'pass' || left <= 0 || ctx.signal.aborted) return result;
        await delay(BETWEEN_TRIES_MS, undefined, { signal: ctx.signal }).catch(() => undefined);
      }
    },
  };
}

/** The whole address, or why there is none. */
function address({ at }: HttpSpec, urls: CheckContext['urls']): string | Finding {
  if ('url' in at) return at.url;
  const names = Object.keys(urls);
  const target = at.target ?? (names.length === 1 ? names[0] : undefined);
  const base = target === undefined ? undefined : urls[target];
  if (base) return new URL(at.path, base).href;
  const what = target
    ? `target ${target} has no address to ask`
    : `which target to ask is not said: one of ${names.join(', ') || 'none'}`;
  return { status: 'error', what };
}

async function look(spec: HttpSpec, url: string, ctx: CheckContext): Promise<CheckResult> {
  const answer = await request(url, spec, ctx.signal);
  if (answer.kind === 'not-asked')
    return verdict(spec.name, '', [{ status: 'error', what: `could not ask ${url}: ${answer.why}` }]);
  const time = { name: 'latency', value: answer.ms, unit: 'ms' };
  if (answer.kind === 'no-answer') {
    return verdict(
      spec.name,
      '',
      [{ status: 'fail', what: `expected an answer from ${url}, saw: ${answer.why}` }],
      [time],
    );
  }
  const findings = await judge(spec, answer);
  const notes = answer.body.trim() ? [`body: ${clip(answer.body, 200)}`] : [];
  return verdict(spec.name, `${answer.status} in ${formatDuration(answer.ms)}`, findings, [time], notes);
}

async function judge(spec: HttpSpec, answer: Extract<Answer, { kind: 'answer' }>): Promise<Finding[]> {
  const { status, body, ms } = answer;
  const found: Finding[] = [];
  const miss = (what: string) => void found.push({ status: 'fail', what });
  if (!spec.status.some(([low, high]) => status >= low && status <= high)) {
    // What an error page says about itself is no use.
    return [{ status: 'fail', what: `expected status ${statusText(spec)}, saw ${status}` }];
  }
  for (const wanted of [spec.contains ?? [], spec.matches ?? []].flat()) {
    if (body === '')
      found.push({ status: 'inconclusive', what: `expected a body with ${JSON.stringify(wanted)}, saw an empty one` });
  }
  if (body !== '' && spec.contains !== null && !body.includes(spec.contains)) {
    miss(`expected a body with ${JSON.stringify(spec.contains)}, which is not in it`);
  }
  if (body !== '' && spec.matches !== null && !new RegExp(spec.matches, 'u').test(body)) {
    miss(`expected a body that matches /${spec.matches}/, which it does not`);
  }
  found.push(...(await judgeJson(body, spec.json)));
  if (spec.latencyMs !== null && ms > spec.latencyMs) {
    miss(`expected an answer within ${formatDuration(spec.latencyMs)}, saw ${formatDuration(ms)}`);
  }
  return found;
}

function statusText({ status }: HttpSpec): string {
  return status.map(([low, high]) => (low === high ? String(low) : `${low}-${high}`)).join(' or ');
}
