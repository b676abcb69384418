/** What clients are written to, in two revisions: GraphQL schemas and OpenAPI descriptions → a report a file. */
import { graphqlReport } from './graphql.ts';
import { openApiReport } from './openapi.ts';
import { type SchemaText, unreadable } from './parse-document.ts';
import type { SchemaReport } from './report.ts';
import type { Scope } from './scope.ts';
import type { Tree } from './tree.ts';

type Compare = (before: SchemaText, after: SchemaText) => Promise<SchemaReport>;

const GONE = 'every client that was written to it is without a contract';

/** Null for a file that is new, or that did not change. @throws Problem SCHEMA_UNREADABLE when it is in neither */
async function reportOf(file: string, before: Tree, after: Tree, compare: Compare): Promise<SchemaReport | null> {
  const [[was], [is]] = await Promise.all([before.read([file]), after.read([file])]);
  if (!was && !is) throw unreadable(file, 'neither of the two commits has it', 'correct `schema` in the configuration');
  if (!was || was.text === is?.text) return null;
  if (is) return compare({ file, text: was.text }, { file, text: is.text });
  const reason = {
    level: 'error',
    rule: 'contract-removed',
    place: file,
    why: `${file} is gone: ${GONE}`,
    file,
  } as const;
  return {
    title: file,
    sections: [{ title: file, verdicts: ['removed'], reasons: [reason] }],
    json: { removed: file },
  };
}

/** Files without a difference are left out. */
export async function contractReports(before: Tree, after: Tree, scope: Scope): Promise<readonly SchemaReport[]> {
  const reports = await Promise.all([
    ...scope.graphql.map((file) => reportOf(file, before, after, graphqlReport)),
    ...scope.openapi.map((file) => reportOf(file, before, after, openApiReport)),
  ]);
  return reports.filter((report) => report !== null);
}
