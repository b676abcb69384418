/** What finish_push changed, as it answers. */
import { diffIndexes, type IndexDiff } from './index-diff.ts';
import { type Definition, definitionAt, hashOf, type Revision } from './revision.ts';

interface ComponentDiff {
  readonly diffType: { readonly type: 'create' | 'modify' | 'unmount' };
  readonly moduleDiff: { readonly added: readonly string[]; readonly removed: readonly string[] };
  readonly udfConfigDiff: { readonly previous_version: string; readonly next_version: string } | null;
  readonly cronDiff: {
    readonly added: readonly string[];
    readonly updated: readonly string[];
    readonly deleted: readonly string[];
  };
  readonly indexDiff: IndexDiff;
  readonly schemaDiff: { readonly previous_schema: string | null; readonly next_schema: string | null } | null;
}

export interface PushDiff {
  readonly authDiff: { readonly added: readonly string[]; readonly removed: readonly string[] };
  readonly definitionDiffs: Readonly<Record<string, unknown>>;
  readonly componentDiffs: Readonly<Record<string, ComponentDiff>>;
}

const NO_AUTH_DIFF = { added: [], removed: [] };

/** What a dry run answers. */
export const NO_PUSH_DIFF: PushDiff = { authDiff: NO_AUTH_DIFF, definitionDiffs: {}, componentDiffs: {} };

export function diffRevisions(before: Revision | null, after: Revision): PushDiff {
  const paths = new Set([...(before?.components.keys() ?? []), ...after.components.keys()]);
  const componentDiffs = Object.fromEntries(
    [...paths].map((path) => [path, diffComponent(definitionAt(before, path), definitionAt(after, path), path)]),
  );
  return { authDiff: NO_AUTH_DIFF, definitionDiffs: {}, componentDiffs };
}

function diffComponent(before: Definition | null, after: Definition | null, path: string): ComponentDiff {
  const old = hashes(before);
  const next = hashes(after);
  const version = { previous_version: before?.udfServerVersion ?? '', next_version: after?.udfServerVersion ?? '' };
  return {
    diffType: { type: after === null ? 'unmount' : before === null && path !== '' ? 'create' : 'modify' },
    moduleDiff: { added: missingFrom(old, next), removed: missingFrom(next, old) },
    udfConfigDiff: before && version.previous_version !== version.next_version ? version : null,
    cronDiff: { added: [], updated: [], deleted: [] },
    indexDiff: diffIndexes(before?.schema ?? null, after?.schema ?? null),
    schemaDiff: diffSchemas(before, after),
  };
}

const hashes = (definition: Definition | null) =>
  new Map((definition?.modules ?? []).map((module) => [module.path, hashOf(module)]));

/** A changed module is both added and removed. */
const missingFrom = (known: ReadonlyMap<string, string>, list: ReadonlyMap<string, string>): string[] =>
  [...list].filter(([path, hash]) => known.get(path) !== hash).map(([path]) => path);

function diffSchemas(before: Definition | null, after: Definition | null): ComponentDiff['schemaDiff'] {
  const text = (definition: Definition | null) => (definition?.schema ? JSON.stringify(definition.schema.json) : null);
  const schemas = { previous_schema: text(before), next_schema: text(after) };
  return schemas.previous_schema === schemas.next_schema ? null : schemas;
}
