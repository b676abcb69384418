/** What a push would do to the data, told without writing anything: the answer of evaluate_schema. */
import { getDocumentSize } from 'convex/values';
import { diffIndexes, type IndexConfig, indexesOf, tableOfIndex } from './index-diff.ts';
import { definitionAt, type Revision } from './revision.ts';
import { enforcedOn, type LoadedSchema } from './schema.ts';
import { isSuperset } from './superset.ts';
import { countOf, rowsOf, type TableData } from './table-data.ts';

type Outcome = 'notValidated' | 'supersetOfEnforced' | 'supersetOfShape' | 'mustWalk';

type IndexPrediction = IndexConfig & {
  readonly change: 'added' | 'identical' | 'enabled' | 'disabled' | 'dropped';
  readonly needsBackfill: boolean;
  readonly numDocs: number;
};

export interface SchemaEvaluation {
  readonly componentSchemaEvaluations: Readonly<Record<string, unknown>>;
  readonly newComponentDefinitions: readonly string[];
}

export function evaluateSchema(
  live: Revision | null,
  next: Revision,
  dataOf: (component: string) => TableData,
): SchemaEvaluation {
  const components = [...next.components].map(([component, definitionPath]) => {
    const before = definitionAt(live, component)?.schema ?? null;
    const after = definitionAt(next, component)?.schema ?? null;
    const data = dataOf(component);
    const tables = (after?.json.tables ?? []).map(({ tableName }) => predictTable(tableName, before, after, data));
    const indexes = predictIndexes(before, after, data);
    const schemaValidation = after?.json.schemaValidation ?? false;
    return [component, { definitionPath, schemaValidation, tables, indexes, discardedStagedValidators: [] }] as const;
  });
  return {
    componentSchemaEvaluations: Object.fromEntries(components),
    newComponentDefinitions: [...next.definitions.keys()].filter((path) => path !== '' && !live?.definitions.has(path)),
  };
}

function predictTable(name: string, before: LoadedSchema | null, after: LoadedSchema | null, data: TableData) {
  const rows = rowsOf(data, name);
  const sizeBytes = rows.reduce((sum, row) => sum + getDocumentSize(row), 0);
  return { name, outcome: outcomeOf(name, before, after, rows.length), numDocs: rows.length, sizeBytes };
}

function outcomeOf(name: string, before: LoadedSchema | null, after: LoadedSchema | null, numDocs: number): Outcome {
  const wanted = enforcedOn(after, name);
  if (wanted === null) return 'notValidated';
  const enforced = enforcedOn(before, name);
  if (enforced !== null && isSuperset(wanted, enforced)) return 'supersetOfEnforced';
  return numDocs === 0 ? 'supersetOfShape' : 'mustWalk';
}

function predictIndexes(before: LoadedSchema | null, after: LoadedSchema | null, data: TableData) {
  const diff = diffIndexes(before, after);
  const numDocs = (index: IndexConfig) => countOf(data, tableOfIndex(index));
  const told = (index: IndexConfig, change: IndexPrediction['change']): IndexPrediction => ({
    ...index,
    change,
    needsBackfill: change === 'added' && numDocs(index) > 0,
    numDocs: numDocs(index),
  });
  const named = (list: readonly IndexConfig[], index: IndexConfig) => list.some(({ name }) => name === index.name);
  const changeOf = (index: IndexConfig): IndexPrediction['change'] => {
    if (named(diff.added_indexes, index)) return 'added';
    if (named(diff.enabled_indexes, index)) return 'enabled';
    return named(diff.disabled_indexes, index) ? 'disabled' : 'identical';
  };
  return [
    ...indexesOf(after).map((index) => told(index, changeOf(index))),
    ...diff.removed_indexes.map((index) => told(index, 'dropped')),
  ];
}
