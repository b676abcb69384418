/** The vendor's own prediction of what a schema means for the data that is there (`/api/deploy2/evaluate_schema`). */

export interface SchemaEvaluation {
  readonly componentSchemaEvaluations: Readonly<Record<string, ComponentEvaluation>>;
}

export interface ComponentEvaluation {
  readonly tables: readonly {
    readonly name: string;
    /** `mustWalk`: every document will be looked at. The others are known to fit. */
    readonly outcome: string;
    readonly numDocs: number;
  }[];
  readonly indexes: readonly {
    readonly name: string;
    readonly change: string;
    readonly needsBackfill?: boolean;
    readonly numDocs?: number;
  }[];
}

/** A line each for what will take time, or may be refused. */
export function describeEvaluation({ componentSchemaEvaluations }: SchemaEvaluation): readonly string[] {
  return Object.entries(componentSchemaEvaluations).flatMap(([component, { tables, indexes }]) => {
    const inside = component === '' ? '' : `${component}/`;
    const walked = tables.filter(({ outcome, numDocs }) => outcome === 'mustWalk' && numDocs > 0);
    const built = indexes.filter(({ needsBackfill }) => needsBackfill);
    const dropped = indexes.filter(({ change }) => change === 'dropped');
    return [
      ...walked.map(({ name, numDocs }) => `${inside}${name}: each of ${numDocs} documents will be validated`),
      ...built.map(({ name, numDocs }) => `${inside}${name}: a new index over ${numDocs ?? '?'} documents`),
      ...dropped.map(({ name }) => `${inside}${name}: the index will be dropped`),
    ];
  });
}
