/** Two function specs of Convex → a report, function by function: what callers of the other release meet. */
import type { FunctionDiff, FunctionFinding, FunctionRule, FunctionSpec } from '../schema/convex/index.ts';
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

interface Sides {
  readonly before: ReadonlyMap<string, FunctionSpec>;
  readonly after: ReadonlyMap<string, FunctionSpec>;
}

const isAny = (validator: unknown): boolean =>
  typeof validator === 'object' && validator !== null && 'type' in validator && validator.type === 'any';

/** What a function took, or gives, without a validator is written down nowhere: whether it fits cannot be told. */
function undeclared({ rule, function: name }: FunctionFinding, { before, after }: Sides): string | null {
  if (rule === 'args-refuse-old-calls' && isAny(before.get(name)?.args)) return 'took any arguments before';
  if (rule === 'returns-surprise-old-callers' && isAny(after.get(name)?.returns)) return 'may return anything now';
  return null;
}

function reasonOf(finding: FunctionFinding, file: string, sides: Sides): Reason {
  const { rule, why, recipe, sample, path } = finding;
  const open = undeclared(finding, sides);
  const place = [finding.function, path].filter((part) => part !== '').join(' · ');
  if (open !== null) {
    const untold = `${finding.function} ${open}: whether its callers are served cannot be told`;
    return { level: 'unknown', rule: `convex-${rule}`, place, why: untold, recipe: inLines(recipe), file };
  }
  const shown = sample === null || sample === undefined ? [] : [`for example ${JSON.stringify(sample)}`];
  return {
    level: LEVELS[rule] ?? 'error',
    rule: `convex-${rule}`,
    place,
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

/**
 * @param fileOf where people edit a function, by its name; absent: the file of the newer spec
 * @throws SchemaFormatError when one of them is no function spec
 */
export async function convexFunctions(
  title: string,
  before: ConvexSource,
  after: ConvexSource,
  fileOf: (name: string) => string = () => after.file,
): Promise<SchemaReport> {
  const { diffFunctions, readFunctions } = await import('../schema/convex/index.ts');
  const diff = diffFunctions(before.schema, after.schema);
  const sides = { before: readFunctions(before.schema, before.file), after: readFunctions(after.schema, after.file) };
  const sections = Object.entries(diff.functions).flatMap(([name, one]): readonly Section[] => {
    if (one.change === 'unchanged' && !one.unknown) return [];
    const reasons = diff.findings.filter((finding) => finding.function === name);
    return [
      {
        title: name,
        verdicts: verdictsOf(one),
        reasons: reasons.map((finding) => reasonOf(finding, fileOf(name), sides)),
      },
    ];
  });
  return { title, sections, json: { ...diff } };
}
