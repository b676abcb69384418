/** Runs a function of the backend by the deployment's own key: no program, no checkout, no second configuration. */
import { formatDuration } from '../util/duration.ts';
import type { Check } from './check.ts';
import { type Finding, verdict } from './verdict.ts';

/** @throws when nobody can be asked */
export type CallFunction = (
  name: string,
  signal: AbortSignal,
) => Promise<{ readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly why: string }>;

/** Must end without an error; what it answers does not matter. */
export function calledFunction(name: string, call: CallFunction): Check {
  return called(`function ${name}`, name, call, () => null);
}

/** Must end without an error and answer something: nothing and NaN cannot tell. */
export function calledQuery(name: string, call: CallFunction): Check {
  return called(`query ${name}`, name, call, (value) =>
    value === null || value === undefined || Number.isNaN(value)
      ? { status: 'inconclusive', what: `expected an answer, saw ${Number.isNaN(value) ? 'NaN' : 'none'}` }
      : null,
  );
}

function called(check: string, name: string, call: CallFunction, judge: (value: unknown) => Finding | null): Check {
  return {
    name: check,
    async run({ signal }) {
      const started = performance.now();
      const answer = await call(name, signal);
      const ms = performance.now() - started;
      const finding = answer.ok ? judge(answer.value) : ({ status: 'fail', what: answer.why } as const);
      const time = { name: 'duration', value: ms, unit: 'ms' };
      return verdict(check, `answered in ${formatDuration(ms)}`, finding ? [finding] : [], [time]);
    },
  };
}
