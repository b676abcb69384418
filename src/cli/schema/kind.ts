/** What a file holds: by the flag, else by its name, else by what is in it. */
import { parseData, unreadable } from '../../compatibility/parse-document.ts';
import { Problem } from '../../core/errors.ts';
import type { Cli } from '../cli.ts';
import { schemaText } from './read-file.ts';

export const KINDS = ['convex', 'graphql', 'openapi', 'json-schema'] as const;
export type Kind = (typeof KINDS)[number];

export interface KindOptions {
  readonly convex?: boolean;
  readonly graphql?: boolean;
  readonly openapi?: boolean;
  readonly jsonSchema?: boolean;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @throws Problem USAGE for two flags */
export function kindOfFlags(options: KindOptions): Kind | null {
  const flags: readonly (readonly [Kind, boolean | undefined])[] = [
    ['convex', options.convex],
    ['graphql', options.graphql],
    ['openapi', options.openapi],
    ['json-schema', options.jsonSchema],
  ];
  const given = flags.filter(([, flag]) => flag).map(([kind]) => kind);
  if (given.length < 2) return given[0] ?? null;
  throw new Problem('USAGE', 'The files are one kind of schema, not two', {
    why: `given are ${given.map((kind) => `--${kind}`).join(' and ')}`,
    next: 'belay schema diff --help',
  });
}

const SCHEMA_WORDS = ['$schema', 'properties', '$ref', 'allOf', 'anyOf', 'oneOf', 'enum', '$defs', 'definitions'];
const TYPES = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object'];

function kindOfData(value: unknown): Kind | null {
  if (!isRecord(value)) return null;
  if ('openapi' in value || 'swagger' in value) return 'openapi';
  if (Array.isArray(value.tables) || Array.isArray(value.functions)) return 'convex';
  // A package.json has a `type` too.
  const typed = typeof value.type === 'string' && TYPES.includes(value.type);
  return typed || SCHEMA_WORDS.some((word) => word in value) ? 'json-schema' : null;
}

/** @throws Problem SCHEMA_UNREADABLE when it is none of them */
export async function kindOfFile(cli: Cli, file: string): Promise<Kind> {
  if (/\.(graphqls?|gql)$/i.test(file)) return 'graphql';
  if (/\.sql$/i.test(file)) {
    const next = 'belay schema check --postgres --base base.sql --migration change.sql';
    throw unreadable(file, 'two states of a database are not compared; what a migration does to one is', next);
  }
  const { value } = await parseData(schemaText(cli, file));
  const kind = kindOfData(value);
  if (kind !== null) return kind;
  const why = 'it is no Convex schema, OpenAPI description or JSON Schema by what is in it';
  throw unreadable(file, why, `say what it is with ${KINDS.map((one) => `--${one}`).join(', ')}`);
}
