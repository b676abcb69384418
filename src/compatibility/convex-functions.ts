/** Two function specs of Convex → a report, function by function: what callers of the other release meet. */
import type { FunctionDiff, FunctionFinding, FunctionRule } from '../schema/convex/index.ts';
import { type ConvexSource, inLines } from './convex-schemas.ts';
import type { Level, Reason, SchemaReport, Section } from './report.ts';

/** What only matters after a rollback, or is a guess, does not stand in the way. */
const LEVELS: Readonly<Partial<Record<FunctionRule, Level>>> = {
  'function-added': 'note',
  'function-looks-renamed': 'warning',
  'function-became-public': 'note',
  'args-refuse-new-calls-after-rollback': 'warning',
  'returns-surprise-new-callers-after-rollback': 'warning',
  'not-understood': 'unknown',
};

function reasonOf(finding: FunctionFinding, file: string): Reason {
  const { rule, why, recipe, sample, path } = finding;
  const shown = sample === null || sample === undefined ? [] : [`for example ${JSON.stringify(sample)}`];
  return {
    level: LEVELS[rule] ?? 'error',
    rule: `convex-${rule}`,
    place: [finding.function, path].filter((part) => part !== '').join(' · '),
    why,
    recipe: inLines(recipe),
    shown: shown.map((text) => ({ sign: ' ', text })),
    file,
  };
}

function verdictsOf({ unknown, oldCallersWork, newCallersSurviveRollback }: FunctionDiff): readonly string[] {
  if (unknown) return ['cannot tell'];
  return [
    oldCallersWork ? 'old callers work' : 'old callers break',
    newCallersSurviveRollback ? 'new callers survive a rollback' : 'new callers break after a rollback',
  ];
}

/** @throws SchemaFormatError when one of them is no function spec */
export async function convexFunctions(title: string, before: ConvexSource, after: ConvexSource): Promise<SchemaReport> {
  const { diffFunctions } = await import('../schema/convex/index.ts');
  const diff = diffFunctions(before.schema, after.schema);
  const sections = Object.entries(diff.functions).flatMap(([name, one]): readonly Section[] => {
    if (one.change === 'unchanged' && !one.unknown) return [];
    const reasons = diff.findings.filter((finding) => finding.function === name);
    return [
      { title: name, verdicts: verdictsOf(one), reasons: reasons.map((finding) => reasonOf(finding, after.file)) },
    ];
  });
  return { title, sections, json: { ...diff } };
}
