/** What the schemas of two releases say before anything ships: the way back from the new one, and what stands in its way. */
import { Problem } from './errors.ts';
import { lookWithin } from './observe.ts';
import type { RollbackClass, Source } from './release.ts';
import type { Environment, Runtime } from './runtime.ts';

export interface SchemaFinding {
  /** `breaking` stands in the way; `unknown` could not be told, and is no pass. */
  readonly level: 'breaking' | 'unknown' | 'note';
  /** `users.email`, `db/migrations/0042.sql:3` */
  readonly place: string;
  readonly why: string;
  /** What to do instead, line by line. */
  readonly recipe: readonly string[];
}

export interface SchemaInspection {
  readonly rollbackClass: RollbackClass;
  /** What in the change makes going back take more than code; null where nothing does. */
  readonly because: string | null;
  readonly findings: readonly SchemaFinding[];
  /** One line: `2 tables, 1 migration: 3 changes`. */
  readonly summary: string;
}

/** Compares two commits of the application. Null when neither has a schema that is known. */
export interface SchemaInspector {
  inspect(from: Source, to: Source, signal: AbortSignal): Promise<SchemaInspection | null>;
}

/**
 * Null where nothing is to be compared: no schema is configured, or nothing is live yet.
 * @throws Problem when a schema cannot be read: that is no pass
 */
export async function inspectSchema(
  runtime: Runtime,
  environment: Environment,
  live: Source | undefined,
  candidate: Source,
): Promise<SchemaInspection | null> {
  const { schema } = environment;
  if (!schema || !live) return null;
  return lookWithin(runtime, environment, 'the schema', ({ signal }) => schema.inspect(live, candidate, signal));
}

const BREAKING =
  'the schema or its functions change in a way that the running release, the data or a rollback does not survive';
const UNKNOWN =
  'nobody can tell what part of the change of schema and functions does to the running release and the data';

/** `users.email: …`, with the recipe below it. */
export const findingLines = ({ place, why, recipe }: SchemaFinding): readonly string[] => [
  `${place}: ${why}`,
  ...recipe.map((line) => `  ${line}`),
];

/** The reason not to begin; null when nothing stands in the way. */
export function schemaObjection(inspection: SchemaInspection | null): Problem | null {
  const against = inspection?.findings.filter(({ level }) => level !== 'note') ?? [];
  if (!inspection || against.length === 0) return null;
  const [first = ''] = against.map(({ place, why }) => `${place}: ${why}`);
  const breaking = against.some(({ level }) => level === 'breaking');
  return new Problem('GATE_REFUSED', breaking ? BREAKING : UNKNOWN, {
    why: against.length === 1 ? first : `${first}; and ${against.length - 1} more`,
    next: 'belay schema check   tells what to do instead; or: belay deploy --accept-schema "why it is fine"',
    retry: 'after-change',
    details: against.flatMap(findingLines),
  });
}
