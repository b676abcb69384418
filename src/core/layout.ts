/** Lays a deployment's steps out in groups. Pure; the order here is the order in which undoing runs backwards. */
import { formatShare } from '../util/share.ts';
import { type PlanFacts, type PlannedStep, splitTargets, type StepKind, type TargetFacts } from './plan.ts';

const MINUTE = 60_000;

const DEFAULT_LIMITS: Readonly<Record<StepKind, number>> = {
  stage: 30 * MINUTE,
  hold: MINUTE,
  stop: 2 * MINUTE,
  snapshot: 30 * MINUTE,
  restore: 30 * MINUTE,
  start: 2 * MINUTE,
  check: 2 * MINUTE,
  shift: 2 * MINUTE,
  judge: 24 * 60 * MINUTE,
  activate: 2 * MINUTE,
  soak: 24 * 60 * MINUTE,
  verify: 2 * MINUTE,
  resume: MINUTE,
  retire: 5 * MINUTE,
};

const TITLES: Readonly<Record<StepKind, string>> = {
  stage: 'build and stage',
  hold: 'hold requests',
  stop: 'stop the running release',
  snapshot: 'snapshot the data',
  restore: 'put the snapshot back',
  start: 'start the candidate',
  check: 'check the candidate',
  shift: 'move a share of traffic',
  judge: 'compare both releases',
  activate: 'move traffic',
  soak: 'watch it under full traffic',
  verify: 'read everything back',
  resume: 'let requests through',
  retire: 'stop and prune what is not needed',
};

interface Wave {
  readonly kind: StepKind;
  /** Null: one step for all targets together. */
  readonly targets: readonly TargetFacts[] | null;
  readonly oneByOne?: boolean;
  readonly after?: boolean;
  readonly stage?: number;
  readonly title?: string;
}

/** Each stage moves a share on every target that can, then judges all of them together. */
function canaryWaves(facts: PlanFacts): Wave[] {
  const split = splitTargets(facts);
  if (split.length === 0) return [];
  return (facts.canary?.stages ?? []).flatMap(({ share, holdBack }, stage): Wave[] => [
    { kind: 'shift', targets: split, stage, title: `${formatShare(share)} of traffic to the candidate` },
    {
      kind: 'judge',
      targets: null,
      stage,
      title: holdBack ? `keep ${formatShare(1 - share)} on the old release` : `compare at ${formatShare(share)}`,
    },
  ]);
}

function waves(facts: PlanFacts): Wave[] {
  const { targets } = facts;
  const split = splitTargets(facts);
  const alone = facts.strategy === 'recreate';
  const staged = targets.filter((target) => facts.refs[target.name] === undefined);
  const started = targets.filter((target) => target.lifecycle);
  const steered = alone ? targets.filter((target) => target.holds) : [];
  const stopped = alone ? started.filter((target) => target.live !== null) : [];
  const whole = targets.filter((target) => !split.includes(target));
  const restored = targets.filter((target) => facts.restores[target.name] !== undefined);
  // Held so that not even checks are answered, it is looked at by the watch after the commit.
  const checked = facts.checks > 0 && targets.length > 0 && !steered.some((target) => target.silences);
  return [
    { kind: 'stage', targets: staged },
    { kind: 'hold', targets: steered },
    { kind: 'stop', targets: stopped },
    { kind: 'snapshot', targets: targets.filter((target) => target.data) },
    { kind: 'restore', targets: restored },
    { kind: 'start', targets: started },
    // A backend goes live first, serving both releases of what calls it: those are checked against the one they will meet.
    { kind: 'activate', targets: whole.filter((target) => target.backend), oneByOne: true },
    ...(checked ? [{ kind: 'check', targets: null } as const] : []),
    { kind: 'activate', targets: whole.filter((target) => !target.backend), oneByOne: true },
    ...canaryWaves(facts),
    { kind: 'activate', targets: split, oneByOne: true },
    ...(facts.soakMs > 0 ? [{ kind: 'soak', targets: null } as const] : []),
    { kind: 'verify', targets: null },
    { kind: 'resume', targets: steered, after: true },
    { kind: 'retire', targets: targets.filter((target) => target.lifecycle || target.prunes), after: true },
  ];
}

export function layoutSteps(facts: PlanFacts): PlannedStep[] {
  let group = 0;
  return waves(facts).flatMap((wave) => {
    if (wave.targets?.length === 0) return [];
    group += 1;
    return (wave.targets?.map((target) => target.name) ?? [null]).map((target, index): PlannedStep => {
      if (wave.oneByOne && index > 0) group += 1;
      return {
        id: [wave.kind, target, wave.stage].filter((part) => part !== null && part !== undefined).join(':'),
        kind: wave.kind,
        target,
        group,
        after: wave.after ?? false,
        limitMs: facts.limits[wave.kind] ?? DEFAULT_LIMITS[wave.kind],
        title: wave.title ?? TITLES[wave.kind],
        ...(wave.stage === undefined ? {} : { stage: wave.stage }),
      };
    });
  });
}
