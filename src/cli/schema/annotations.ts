/** Workflow commands of GitHub Actions: a finding appears at its line in the pull request. */
import type { Level, Reason, SchemaReport } from '../../compatibility/report.ts';
import { type Annotation, annotationLine } from '../render/workflow-commands.ts';

const KINDS: Readonly<Record<Level, Annotation['kind']>> = {
  error: 'error',
  unknown: 'warning',
  warning: 'warning',
  note: 'notice',
};

function annotation({ level, rule, place, why, recipe, file, line }: Reason): string {
  const text = recipe ? `${why}\nInstead: ${recipe}` : why;
  return annotationLine({ kind: KINDS[level], title: `${rule}: ${place}`, text, file, line });
}

export function annotationLines(reports: readonly SchemaReport[]): readonly string[] {
  return reports.flatMap(({ sections }) => sections.flatMap(({ reasons }) => reasons.map(annotation)));
}
