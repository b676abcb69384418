/** Two files in GraphQL's schema language → a report. */
import type { GraphqlChange, GraphqlDirection } from '../schema/graphql/index.ts';
import { type SchemaText, unreadable } from './parse-document.ts';
import { type Level, pairOf, type Reason, type SchemaReport, type Section } from './report.ts';

const RECIPE_FORWARD =
  'add the new beside the old, mark the old @deprecated, and remove it in a later release when nobody asks for it';
const RECIPE_BACKWARD = 'ship the server first, and clients that use it only when no rollback is expected any more';

/** Where a name is written; undefined when the side does not have it. */
function lineOf(sdl: string, path: string): number | undefined {
  const [type = '', rest = ''] = path.replace(/^@/, '').split(/[.(]/);
  const lines = sdl.split('\n');
  const start = lines.findIndex((line) =>
    new RegExp(`\\b(?:type|input|enum|union|interface|scalar|directive @)\\s*${type}\\b`).test(line),
  );
  if (start < 0) return undefined;
  const field = rest.replace(/\).*/, '');
  const inside =
    field === '' ? -1 : lines.findIndex((line, at) => at >= start && new RegExp(`\\b${field}\\b`).test(line));
  return (inside < 0 ? start : inside) + 1;
}

function reasonOf(change: GraphqlChange, level: Level, place: SchemaText, recipe: string): Reason {
  const { type, path, description } = change;
  const line = lineOf(place.text, path);
  const rule = type.toLowerCase().replaceAll('_', '-');
  return { level, rule: `graphql-${rule}`, place: path, why: description, recipe, file: place.file, line };
}

function reasonsOf(
  { breaking, dangerous }: GraphqlDirection,
  level: Level,
  place: SchemaText,
  recipe: string,
): Reason[] {
  return [
    ...breaking.map((change) => reasonOf(change, level, place, recipe)),
    ...dangerous.map((change) => reasonOf(change, level === 'error' ? 'warning' : 'note', place, recipe)),
  ];
}

/** @throws Problem SCHEMA_UNREADABLE */
export async function graphqlReport(before: SchemaText, after: SchemaText): Promise<SchemaReport> {
  const { diffGraphql, UnreadableGraphql } = await import('../schema/graphql/index.ts');
  try {
    const report = diffGraphql(before.text, after.text);
    const sections: readonly Section[] = [
      {
        title: 'old clients on the new server',
        verdicts: [report.oldClients === 'work' ? 'they work' : 'they break'],
        reasons: reasonsOf(report.forward, 'error', after, RECIPE_FORWARD),
      },
      {
        title: 'new clients after a rollback',
        verdicts: [report.rollback === 'safe' ? 'they work' : 'they break'],
        reasons: reasonsOf(report.backward, 'warning', after, RECIPE_BACKWARD),
      },
    ];
    return { title: `GraphQL · ${pairOf(before, after)}`, sections, json: { ...report } };
  } catch (error) {
    if (!(error instanceof UnreadableGraphql)) throw error;
    const { file } = error.side === 'old' ? before : after;
    const why = error.line === null ? error.message : `line ${error.line}: ${error.message}`;
    throw unreadable(file, why, `correct ${file}; it has to be in GraphQL's schema language`, error);
  }
}
