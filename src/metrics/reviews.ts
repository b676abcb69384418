/** When the numbers have outgrown a practice: what to look at, and why (M44). A threshold says "look", never "bad". */
import { formatDuration } from '../util/duration.ts';
import type { DeploymentFacts } from './deployment-facts.ts';
import { isChange } from './failures.ts';
import { type DoraFigures, FEW_DEPLOYMENTS, type Review, type ReviewKey, type ReviewLimits } from './metrics.ts';
import { daysOf, type Period } from './period.ts';

export interface ReviewInput {
  readonly limits: ReviewLimits;
  readonly period: Period;
  readonly dora: DoraFigures;
  /** Of the period. */
  readonly deployments: readonly DeploymentFacts[];
}

const PRACTICES: Readonly<Record<ReviewKey, string>> = {
  teamSize: 'who may deploy, who reviews before production, and who is told: not everybody knows of every change now',
  deploysPerWeek: 'what a person still watches or starts by hand: canary with automatic promotion, and triggers',
  users: 'how many meet a fault first: canary instead of all at once, a longer bake time, snapshots before each change',
  failureRate:
    'what finds faults before traffic: checks, canary stages, how like production staging is, smaller changes',
  recovery:
    'the way back: triggers and bake time, a standby, rehearsed rollbacks, changes of the schema that allow one',
};

const WEEK_DAYS = 7;

type Seen = { readonly observed: number; readonly text: string } | { readonly observed: null; readonly text: string };

const unseen = (text: string): Seen => ({ observed: null, text });

function people(deployments: readonly DeploymentFacts[]): Seen {
  const authors = new Set<string>();
  const actors = new Set<string>();
  for (const facts of deployments) {
    if (!isChange(facts)) continue;
    actors.add(facts.actor);
    if (facts.author !== null) authors.add(facts.author);
  }
  if (authors.size + actors.size === 0) return unseen('nobody has deployed anything');
  // A deployment names one author: the others of its commits are not seen.
  if (authors.size >= actors.size)
    return { observed: authors.size, text: `${authors.size} people whose commits were deployed` };
  return { observed: actors.size, text: `${actors.size} people who deployed` };
}

function perWeek({ dora, period }: ReviewInput): Seen {
  if (daysOf(period) < WEEK_DAYS) return unseen('the period is shorter than a week');
  const observed = (dora.deploymentFrequency.value ?? 0) * WEEK_DAYS;
  return { observed, text: `${observed.toFixed(1)} deployments a week` };
}

function failureRate({ dora: { changeFailRate } }: ReviewInput): Seen {
  const { value, n, count } = changeFailRate;
  if (value === null || n < FEW_DEPLOYMENTS)
    return unseen(`${n} deployments took traffic: fewer than ${FEW_DEPLOYMENTS}`);
  return { observed: value, text: `${count} of ${n} failed, ${(value * 100).toFixed(1)} %` };
}

function recovery({ dora: { recoveryTime } }: ReviewInput): Seen {
  const { value, n, atLeast } = recoveryTime;
  if (value === null) return unseen('nothing had to recover');
  return { observed: value, text: `median ${atLeast ? '≥ ' : ''}${formatDuration(value * 1_000)} over ${n}` };
}

function judge(key: ReviewKey, limit: number | null, seen: Seen, limitText: (limit: number) => string): Review {
  const { observed, text } = seen;
  const base = { key, observed, limit, practice: PRACTICES[key] };
  if (limit === null) return { ...base, state: 'not-checked', why: `${text}; no limit is set` };
  if (observed === null) return { ...base, state: 'not-checked', why: text };
  return { ...base, state: observed > limit ? 'due' : 'fine', why: `${text}; the limit is ${limitText(limit)}` };
}

export function reviewsOf(input: ReviewInput): readonly Review[] {
  const { limits, deployments } = input;
  const users: Seen =
    limits.usersNow === null
      ? unseen('Belay does not see users: review.usersNow says how many there are')
      : { observed: limits.usersNow, text: `${limits.usersNow} users, as the configuration says` };
  const recoveryLimit = limits.recoveryMs === null ? null : limits.recoveryMs / 1_000;
  return [
    judge('teamSize', limits.teamSize, people(deployments), String),
    judge('deploysPerWeek', limits.deploysPerWeek, perWeek(input), String),
    judge('users', limits.users, users, String),
    judge('failureRate', limits.failureRate, failureRate(input), (limit) => `${limit * 100} %`),
    judge('recovery', recoveryLimit, recovery(input), (limit) => formatDuration(limit * 1_000)),
  ];
}
