/**
 * Functions, before and after: what an old browser tab, a scheduled job, or the other half of a canary would hit.
 * Convex checks none of it: it switches all functions at once, and callers of before keep calling.
 */
import { compareWith, type Comparison } from './compare-validators.ts';
import { type Comparer, createComparer, type Relation } from './comparer.ts';
import type { Subject } from './explain.ts';
import { type FunctionSpec, readFunctions } from './functions.ts';
import { sameJson } from './validator.ts';

export type FunctionChange = 'unchanged' | 'added' | 'removed' | 'changed';

export interface FunctionDiff {
  readonly change: FunctionChange;
  /** Calls as they were made before still work: closed old args ⊆ new args, and open new returns ≤ old returns. */
  readonly oldCallersWork: boolean;
  /** After a rollback, calls as they are made now work with the function of before. */
  readonly newCallersSurviveRollback: boolean;
  readonly unknown?: true;
}

export type FunctionRule =
  | 'function-removed'
  | 'function-looks-renamed'
  | 'function-added'
  | 'function-kind-changed'
  | 'function-became-internal'
  | 'function-became-public'
  | 'args-refuse-old-calls'
  | 'returns-surprise-old-callers'
  | 'args-refuse-new-calls-after-rollback'
  | 'returns-surprise-new-callers-after-rollback'
  | 'not-understood';

export interface FunctionFinding {
  readonly function: string;
  /** Within the arguments or the returned value; empty for the function as a whole. */
  readonly path: string;
  readonly rule: FunctionRule;
  readonly why: string;
  /** Arguments, or a returned value, that show it, as Convex JSON. */
  readonly sample: unknown;
  readonly recipe: string;
}

export interface FunctionsDiff {
  readonly functions: Readonly<Record<string, FunctionDiff>>;
  /** Whether callers of before are served by all functions. */
  readonly oldCallersWork: boolean;
  readonly newCallersSurviveRollback: boolean;
  readonly findings: readonly FunctionFinding[];
}

interface Compared {
  readonly diff: FunctionDiff;
  readonly findings: readonly FunctionFinding[];
}

const ARGS_RULES: Partial<Readonly<Record<Relation, FunctionRule>>> = {
  newSchemaAcceptsOldData: 'args-refuse-old-calls',
  oldSchemaAcceptsNewData: 'args-refuse-new-calls-after-rollback',
};

const RETURNS_RULES: Partial<Readonly<Record<Relation, FunctionRule>>> = {
  oldCodeReadsNewData: 'returns-surprise-old-callers',
  newCodeReadsOldData: 'returns-surprise-new-callers-after-rollback',
};

/** Who may still call a function as it was. */
const callersOf = ({ visibility, kind }: FunctionSpec): string => {
  if (kind === 'HttpAction') return 'whoever sends requests to it';
  return visibility === 'public'
    ? 'open browser tabs, apps and servers'
    : 'scheduled jobs, cron jobs and actions under way';
};

const whole = (name: string, rule: FunctionRule, why: string, recipe: string): FunctionFinding => ({
  function: name,
  path: '',
  rule,
  why,
  sample: null,
  recipe,
});

/**
 * Compares two function specs (parsed JSON of `npx convex function-spec`).
 * @throws SchemaFormatError when one is not a function spec at all
 */
export function diffFunctions(oldSpec: unknown, newSpec: unknown): FunctionsDiff {
  const [old, next] = [
    readFunctions(oldSpec, 'the old function spec'),
    readFunctions(newSpec, 'the new function spec'),
  ];
  const comparer = createComparer();
  const names = [...new Set([...old.keys(), ...next.keys()])].sort();
  const compared = names.map((name) => {
    const [was, is] = [old.get(name), next.get(name)];
    if (was && is) return [name, changed(comparer, was, is)] as const;
    return [name, was ? removed(was, old, next) : added(name)] as const;
  });
  const diffs = compared.map(([, { diff }]) => diff);
  return {
    functions: Object.fromEntries(compared.map(([name, { diff }]) => [name, diff])),
    oldCallersWork: diffs.every((diff) => diff.oldCallersWork),
    newCallersSurviveRollback: diffs.every((diff) => diff.newCallersSurviveRollback),
    findings: compared.flatMap(([, { findings }]) => findings),
  };
}

function added(name: string): Compared {
  const finding = whole(
    name,
    'function-added',
    `${name} is new: after a rollback, callers of the new release find nothing there`,
    'roll back the clients with it',
  );
  return { diff: { change: 'added', oldCallersWork: true, newCallersSurviveRollback: false }, findings: [finding] };
}

type Specs = ReadonlyMap<string, FunctionSpec>;

function removed(was: FunctionSpec, old: Specs, next: Specs): Compared {
  const alike = [...next.values()].filter(
    (is) =>
      !old.has(is.name) && is.kind === was.kind && sameJson(is.args, was.args) && sameJson(is.returns, was.returns),
  );
  const [is] = alike;
  const keep = `keep ${was.name} for a release or two, until nobody calls it`;
  const findings = [
    whole(was.name, 'function-removed', `${was.name} is gone: ${callersOf(was)} that still call it get an error`, keep),
    ...(is && alike.length === 1
      ? [
          whole(
            was.name,
            'function-looks-renamed',
            `a guess: ${was.name} looks renamed to ${is.name}`,
            `keep ${was.name} as a second name for ${is.name} until nobody calls it`,
          ),
        ]
      : []),
  ];
  return { diff: { change: 'removed', oldCallersWork: false, newCallersSurviveRollback: true }, findings };
}

function changed(comparer: Comparer, was: FunctionSpec, is: FunctionSpec): Compared {
  const shape = [...kindFindings(was, is), ...visibilityFindings(was, is)];
  const args = compareWith(comparer, was.args, is.args, subjectOf(was.name, 'arguments'));
  const returns = compareWith(comparer, was.returns, is.returns, subjectOf(was.name, 'results'));
  const findings = [...shape, ...witnessed(was, args, ARGS_RULES), ...witnessed(was, returns, RETURNS_RULES)];
  const kindStays = was.kind === is.kind;
  const shown = is.visibility === was.visibility;
  const oldCallersWork =
    kindStays && (shown || is.visibility === 'public') && args.newSchemaAcceptsOldData && returns.oldCodeReadsNewData;
  const newCallersSurviveRollback =
    kindStays && (shown || was.visibility === 'public') && args.oldSchemaAcceptsNewData && returns.newCodeReadsOldData;
  const same = sameJson(was, is);
  const unknown = args.unknown ?? returns.unknown;
  return {
    diff: {
      change: same ? 'unchanged' : 'changed',
      oldCallersWork,
      newCallersSurviveRollback,
      ...(unknown ? { unknown } : {}),
    },
    findings,
  };
}

const subjectOf = (name: string, what: string): Subject => ({
  every: `all ${what} of ${name}`,
  some: `${what} of ${name}`,
});

function kindFindings(was: FunctionSpec, is: FunctionSpec): readonly FunctionFinding[] {
  if (was.kind === is.kind) return [];
  const why = `${was.name} was a ${was.kind} and is a ${is.kind}: ${callersOf(was)} call it in the old way and get an error`;
  return [
    whole(
      was.name,
      'function-kind-changed',
      why,
      'give the new one another name, and keep the old one until nobody calls it',
    ),
  ];
}

function visibilityFindings(was: FunctionSpec, is: FunctionSpec): readonly FunctionFinding[] {
  if (was.visibility === is.visibility) return [];
  if (is.visibility === 'internal') {
    const why = `${was.name} is internal now: ${callersOf(was)} that call it get an error`;
    return [
      whole(
        was.name,
        'function-became-internal',
        why,
        'add the internal one under another name, and keep this one until nobody calls it',
      ),
    ];
  }
  const why = `${was.name} is public now; after a rollback it is internal again, and new clients that call it get an error`;
  return [whole(was.name, 'function-became-public', why, 'check that it authenticates its callers')];
}

function witnessed(
  { name }: FunctionSpec,
  comparison: Comparison,
  rules: Partial<Readonly<Record<Relation, FunctionRule>>>,
): readonly FunctionFinding[] {
  return comparison.witnesses.flatMap(({ relation, path, why, sample, recipe }) => {
    const rule = rules[relation];
    if (rule === undefined) return [];
    return [{ function: name, path, rule: comparison.unknown ? 'not-understood' : rule, why, sample, recipe }];
  });
}
