/** Two OpenAPI descriptions, or two JSON Schemas → a report. */
import type { Finding, OpenApiChange, OpenApiDirection } from '../schema/json-schema/index.ts';
import { parseData, type ReadDocument, type SchemaText, unreadable } from './parse-document.ts';
import { type Level, pairOf, type Reason, type SchemaReport, type Section } from './report.ts';

const RECIPE_FORWARD =
  'offer the new beside the old (another field, parameter or path), move the clients, and remove the old in a later release';
const RECIPE_BACKWARD = 'ship the server first, and clients that use it only when no rollback is expected any more';

function reasonsOf(direction: OpenApiDirection, forward: boolean, file: string, data: ReadDocument): Reason[] {
  const recipe = forward ? RECIPE_FORWARD : RECIPE_BACKWARD;
  const reason = (level: Level, change: OpenApiChange): Reason => ({
    level,
    rule: `openapi-${change.type}`,
    place: change.path,
    why: change.description,
    ...(level === 'note' ? {} : { recipe }),
    file,
    line: data.lineOf(change.pointer),
  });
  return [
    ...direction.breaking.map((change) => reason(forward ? 'error' : 'warning', change)),
    ...direction.unknown.map((change) => reason(forward ? 'unknown' : 'warning', change)),
    ...direction.dangerous.map((change) => reason(forward ? 'warning' : 'note', change)),
  ];
}

const WORDS = {
  work: 'they work',
  safe: 'they work',
  break: 'they break',
  'breaks-new-clients': 'they break',
  unknown: 'cannot tell',
};

/** Both readers end here: what is no description at all names its file. */
async function explained<T>(old: SchemaText, next: SchemaText, work: () => T): Promise<T> {
  const { UnreadableSchema } = await import('../schema/json-schema/index.ts');
  try {
    return work();
  } catch (error) {
    if (!(error instanceof UnreadableSchema)) throw error;
    const { file } = error.side === 'old' ? old : next;
    throw unreadable(file, error.message, `correct ${file}, or say what it is: belay schema diff --help`, error);
  }
}

/** @throws Problem SCHEMA_UNREADABLE */
export async function openApiReport(old: SchemaText, next: SchemaText): Promise<SchemaReport> {
  const [before, after] = await Promise.all([parseData(old), parseData(next)]);
  const { diffOpenApi } = await import('../schema/json-schema/index.ts');
  const report = await explained(old, next, () => diffOpenApi(before.value, after.value));
  const sections: readonly Section[] = [
    {
      title: 'old clients on the new server',
      verdicts: [WORDS[report.oldClients]],
      reasons: reasonsOf(report.forward, true, next.file, after),
    },
    {
      title: 'new clients after a rollback',
      verdicts: [WORDS[report.rollback]],
      reasons: reasonsOf(report.backward, false, next.file, after),
    },
  ];
  return { title: `OpenAPI · ${pairOf(old, next)}`, sections, json: { ...report } };
}

const jsonSchemaReason = (finding: Finding, file: string, forward: boolean): Reason => ({
  level: finding.verdict === 'unknown' ? (forward ? 'unknown' : 'warning') : forward ? 'error' : 'warning',
  rule: `json-schema-${finding.rule}`,
  place: finding.path === '' ? 'the value itself' : finding.path,
  why: finding.why,
  file,
});

const ANSWERS = { yes: 'all are valid', no: 'some are not valid', unknown: 'cannot tell' };

/** @throws Problem SCHEMA_UNREADABLE */
export async function jsonSchemaReport(old: SchemaText, next: SchemaText): Promise<SchemaReport> {
  const [before, after] = await Promise.all([parseData(old), parseData(next)]);
  const { compareJsonSchemas } = await import('../schema/json-schema/index.ts');
  const report = await explained(old, next, () => compareJsonSchemas(before.value, after.value));
  const sections: readonly Section[] = [
    {
      title: 'what was written before, under the new schema',
      verdicts: [ANSWERS[report.newAcceptsOld]],
      reasons: report.forward.map((finding) => jsonSchemaReason(finding, next.file, true)),
    },
    {
      title: 'what is written now, under the old schema (a rollback)',
      verdicts: [ANSWERS[report.oldAcceptsNew]],
      reasons: report.backward.map((finding) => jsonSchemaReason(finding, next.file, false)),
    },
  ];
  return { title: `JSON Schema · ${pairOf(old, next)}`, sections, json: { ...report } };
}
