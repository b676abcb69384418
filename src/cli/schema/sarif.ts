/** SARIF 2.1.0, as GitHub's code scanning and other viewers read it. */
import { createHash } from 'node:crypto';
import type { Level, Reason, SchemaReport } from '../../compatibility/report.ts';

const LEVELS: Readonly<Record<Level, 'error' | 'warning' | 'note'>> = {
  error: 'error',
  // What could not be told is shown like a warning: it is no pass.
  unknown: 'warning',
  warning: 'warning',
  note: 'note',
};

/** A viewer must be able to follow a finding over commits: place and rule, not the line. */
function fingerprint({ rule, place, file }: Reason): string {
  return createHash('sha256')
    .update([rule, place, file ?? ''].join('\0'))
    .digest('hex')
    .slice(0, 32);
}

function uriOf(file: string): string {
  return file.split('/').map(encodeURIComponent).join('/');
}

function locationOf(reason: Reason): Readonly<Record<string, unknown>> {
  const logical = { logicalLocations: [{ fullyQualifiedName: reason.place }] };
  if (reason.file === undefined) return logical;
  const region = reason.line === undefined ? {} : { region: { startLine: Math.max(1, reason.line) } };
  const absolute = reason.file.startsWith('/');
  const uri = absolute ? `file://${uriOf(reason.file)}` : uriOf(reason.file);
  const artifactLocation = absolute ? { uri } : { uri, uriBaseId: '%SRCROOT%' };
  return { ...logical, physicalLocation: { artifactLocation, ...region } };
}

function resultOf(reason: Reason, rules: readonly string[]): Readonly<Record<string, unknown>> {
  const text = reason.recipe ? `${reason.why}\n\nInstead: ${reason.recipe}` : reason.why;
  return {
    ruleId: reason.rule,
    ruleIndex: rules.indexOf(reason.rule),
    level: LEVELS[reason.level],
    message: { text: `${reason.place}: ${text}` },
    locations: [locationOf(reason)],
    partialFingerprints: { 'belay/v1': fingerprint(reason) },
  };
}

export function toSarif(reports: readonly SchemaReport[], version: string): Readonly<Record<string, unknown>> {
  const reasons = reports.flatMap(({ sections }) => sections.flatMap((section) => section.reasons));
  const rules = [...new Set(reasons.map(({ rule }) => rule))].toSorted();
  const driver = {
    name: 'belay',
    version,
    rules: rules.map((id) => ({ id, shortDescription: { text: id.replaceAll('-', ' ') } })),
  };
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver }, columnKind: 'utf16CodeUnits', results: reasons.map((one) => resultOf(one, rules)) }],
  };
}
