/** Workflow commands of GitHub Actions: a finding appears at its line in the pull request. */
import type { Level, Reason, SchemaReport } from '../../compatibility/report.ts';

const KINDS: Readonly<Record<Level, string>> = {
  error: 'error',
  unknown: 'warning',
  warning: 'warning',
  note: 'notice',
};

const escapeData = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
/** Properties end at a comma and at a colon as well. */
const escapeProperty = (text: string): string => escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

function annotation(reason: Reason): string {
  const properties = [
    reason.file === undefined ? '' : `file=${escapeProperty(reason.file)}`,
    reason.file === undefined || reason.line === undefined ? '' : `line=${reason.line}`,
    `title=${escapeProperty(`${reason.rule}: ${reason.place}`)}`,
  ].filter((part) => part !== '');
  const text = reason.recipe ? `${reason.why}\nInstead: ${reason.recipe}` : reason.why;
  return `::${KINDS[reason.level]} ${properties.join(',')}::${escapeData(text)}`;
}

export function annotationLines(reports: readonly SchemaReport[]): readonly string[] {
  return reports.flatMap(({ sections }) => sections.flatMap(({ reasons }) => reasons.map(annotation)));
}
