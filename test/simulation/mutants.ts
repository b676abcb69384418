/** Rules of the engine, each removed or turned round, and the faults in which that must show. */
import type { Patch } from './bundle.ts';
import type { ProfileName } from './faults.ts';

export interface Mutant {
  readonly name: string;
  readonly patch: Patch;
  readonly profile?: ProfileName;
  /** Seeds within which it is caught; more for what shows only by a rare coincidence. */
  readonly seeds?: number;
  /** The first seed: near a known coincidence, to save time. */
  readonly from?: number;
}

const core = (file: string, find: string, put: string): Patch => ({ file: `core/${file}`, find, put });

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'effects begin before their intent is durable',
    patch: core(
      'perform.ts',
      '  await session.append(...intents);',
      '  for (const intent of intents) session.defer(intent);',
    ),
  },
  {
    name: 'undoing begins before its intent is durable',
    patch: core(
      'undo.ts',
      "  await session.append(session.event('undo.intended', { step: step.id, attempt }));",
      "  session.defer(session.event('undo.intended', { step: step.id, attempt }));",
    ),
    profile: 'undoing',
  },
  {
    name: 'a lost answer counts as done',
    patch: core(
      'perform.ts',
      "session.event('step.unknown', { step: step.id, error: recorded(error) })",
      "session.event('step.done', { step: step.id, receipt: null, ms: 0 })",
    ),
  },
  {
    name: 'a lost answer is tried again without looking',
    patch: core('next.ts', "  if (open.length > 0) return { do: 'look', steps: open };", ''),
    profile: 'crashes',
  },
  {
    name: 'what was refused by the store is forgotten, and the process goes on',
    patch: core(
      'session.ts',
      "        if (isProblem(error, 'FENCED')) throw fenced();",
      "        if (isProblem(error, 'FENCED')) return batch as never;",
    ),
    profile: 'pauses',
    seeds: 1_500,
  },
  {
    name: 'an effect begins without enough of the lease left, and requests outlive it',
    patch: core('lease.ts', '  if (heartbeat.deadline() <= runtime.clock.now()) throw expiring();', ''),
    profile: 'pauses',
  },
  {
    name: 'nobody waits for requests that are still on their way',
    patch: core('uncertain.ts', '  if (left <= 0) return;', '  if (left <= 1e9) return;'),
    profile: 'crashes',
  },
  {
    name: 'steps are undone in the order in which they were done',
    patch: core('next.ts', '  for (const step of steps.toReversed()) {', '  for (const step of steps) {'),
    profile: 'undoing',
  },
  {
    name: 'an undo is believed without reading it back',
    patch: core(
      'undo.ts',
      "    if (seen.is !== 'before') {\n      throw",
      "    if (seen.is === ('never' as string)) {\n      throw",
    ),
    profile: 'undoing',
  },
  {
    name: 'a step is believed without reading it back',
    patch: core('perform.ts', "    if (seen.is !== 'wanted') {", "    if (seen.is === ('never' as string)) {"),
    profile: 'undoing',
  },
  {
    name: 'a failed verification does not hold the commit back',
    patch: core('steps/observe.ts', '    if (wrong.length > 0) {', '    if (wrong.length > 99) {'),
    profile: 'undoing',
    seeds: 1_500,
  },
  {
    name: 'whoever waits deposes a living holder',
    patch: core('lease.ts', 'silent >= lease.ttlMs', 'silent >= 0'),
  },
  {
    name: 'recovery goes forward without anybody having decided so',
    patch: core('open.ts', "onward === null ? 'backward' : 'forward'", "'forward'"),
    profile: 'crashes',
  },
  {
    name: 'a release is called activated while the old one still has a share',
    patch: core('steps/activate.ts', 'isShared(ctx) && !hasShare', 'isShared(ctx) && false && !hasShare'),
    profile: 'canary',
  },
  {
    name: 'a share that was moved is not moved back',
    patch: core('steps/canary.ts', '  undo: (ctx) => moveBack(ctx, previousOf(ctx)),\n', ''),
    profile: 'canary',
  },
  {
    name: 'undoing is tried for ever',
    patch: core('next.ts', 'export const UNDO_BUDGET = 3;', 'export const UNDO_BUDGET = 300;'),
    profile: 'undoing',
  },
  {
    name: 'the siblings of a failed step stay',
    patch: core(
      'next.ts',
      "    if (current.phase === 'undone' || isObserving(step)) continue;",
      "    if (current.phase !== 'failed' && step.kind === 'stage') continue;\n    if (current.phase === 'undone' || isObserving(step)) continue;",
    ),
    profile: 'undoing',
  },
  {
    name: 'a deployment begins although the environment waits for a person',
    patch: core('open.ts', '  if (!attention) return;', '  if (attention || !attention) return;'),
    profile: 'undoing',
  },
  {
    name: 'data is not put back',
    patch: core('steps/data.ts', '    await dataOf(ctx).restore(ctx.contextFor(), taken);', ''),
    profile: 'crashes',
  },
  {
    name: 'data is replaced while requests cannot be held',
    patch: core('unheld.ts', '  if (unheld.length === 0) return null;', '  if (unheld.length >= 0) return null;'),
    profile: 'unheld',
  },
  {
    name: 'traffic goes back to a release that is not proven healthy',
    patch: core('steps/activate.ts', '    if (!probe.healthy) {', "    if (probe.healthy === ('never' as unknown)) {"),
    profile: 'undoing',
  },
  {
    name: 'events that wait for the next write are lost',
    patch: core(
      'session.ts',
      '    this.#waiting.push(event);',
      "    if (event.kind !== 'step.done') this.#waiting.push(event);",
    ),
  },
  {
    name: 'events deferred while another write is under way are lost',
    patch: core('session.ts', '    this.#waiting.splice(0, deferred);', '    this.#waiting.splice(0);'),
    profile: 'hiccups',
    seeds: 1_500,
  },
  {
    name: 'requests are answered again by whoever goes on',
    patch: core('state.ts', 'answered: new Set([...state.answered, id])', 'answered: new Set()'),
    profile: 'liveness',
  },
  {
    name: 'a moment without the store leaves a deployment half done',
    patch: core(
      'session.ts',
      "      if (!isProblem(error) || error.retry !== 'later') throw error;\n      this.runtime",
      '      if (isProblem(error)) throw error;\n      this.runtime',
    ),
    profile: 'hiccups',
  },
  {
    name: 'requests stay held when letting them through failed once',
    patch: core(
      'state.ts',
      "  const failedBehindCommit = outcome === 'committed' &&",
      "  const failedBehindCommit = outcome === 'paused' &&",
    ),
    profile: 'holding',
  },
  {
    name: 'a standby runs on while its data is replaced',
    patch: core('steps/process.ts', 'sameRef(previous, candidate) ? null : candidate]', 'null]'),
    profile: 'standby',
  },
  {
    name: 'the standbys of earlier releases run for ever',
    patch: core('steps/process.ts', 'const LOOK_BACK = 20;', 'const LOOK_BACK = 0;'),
    profile: 'liveness',
  },
];
