/** The shape as a flat list of keys with their descriptions: what the reference prints and `explain` looks up. */
import { z } from 'zod';
import { duration, regularExpression, share, variableName } from '../util/written.ts';

export interface KeyDescription {
  /** `environments.NAME.targets.NAME.port`; names that a person chooses are `NAME`, entries of a list `[]`. */
  readonly path: string;
  /** As a person reads it: `text`, `duration`, `"dump" or "template"`. */
  readonly kind: string;
  readonly description: string;
  readonly default: unknown;
  readonly required: boolean;
  /** The value of `type` that this key belongs to. */
  readonly when: string | null;
}

type Shape = z.core.$ZodType;

interface Meta {
  readonly description?: string;
  readonly default?: unknown;
}

const metaOf = (shape: Shape): Meta => (z.globalRegistry.get(shape) ?? {}) as Meta;

export function describeShape(shape: Shape, base = '', when: string | null = null): KeyDescription[] {
  if (shape instanceof z.ZodOptional) return describeShape(shape.unwrap(), base, when);
  if (shape instanceof z.ZodUnion) return shape.options.flatMap((option) => describeShape(option as Shape, base, when));
  if (shape instanceof z.ZodArray) return describeShape(shape.element as Shape, `${base}[]`, when);
  if (shape instanceof z.ZodRecord) return describeShape(shape.valueType as Shape, `${base}.NAME`, when);
  if (!(shape instanceof z.ZodObject) || isSecret(shape)) return [];
  const type: unknown = shape.shape.type;
  const own = type instanceof z.ZodLiteral ? String([...type.values][0]) : when;
  return Object.entries(shape.shape as Record<string, Shape>).flatMap(([key, inner]) => {
    const path = base ? `${base}.${key}` : key;
    const meta = metaOf(inner);
    const description = key === 'type' && own ? (metaOf(shape).description ?? '') : (meta.description ?? '');
    const required = !(inner instanceof z.ZodOptional);
    return [
      { path, kind: kindOf(inner), description, default: meta.default, required, when: own },
      ...describeShape(inner, path, own),
    ];
  });
}

const isSecret = (shape: z.ZodObject) => 'secret' in shape.shape;

function kindOf(shape: Shape): string {
  const named = NAMED.get(shape);
  if (named) return named;
  if (shape instanceof z.ZodOptional) return kindOf(shape.unwrap());
  if (shape instanceof z.ZodUnion)
    return [...new Set(shape.options.map((option) => kindOf(option as Shape)))].join(' or ');
  if (shape instanceof z.ZodEnum) return shape.options.map((option) => `"${option}"`).join(' or ');
  if (shape instanceof z.ZodLiteral) return [...shape.values].map((value) => `"${String(value)}"`).join(' or ');
  if (shape instanceof z.ZodArray) return `list of ${kindOf(shape.element as Shape)}`;
  if (shape instanceof z.ZodRecord) return 'object by name';
  if (shape instanceof z.ZodObject) return isSecret(shape) ? 'secret' : 'object';
  if (shape instanceof z.ZodCustom) return 'target of your own (TypeScript)';
  return PLAIN[shape._zod.def.type] ?? 'anything';
}

/** Texts with a meaning of their own. */
const NAMED: ReadonlyMap<Shape, string> = new Map<Shape, string>([
  [duration, 'duration'],
  [share, 'share'],
  [regularExpression, 'regular expression'],
  [variableName, 'name of a variable'],
]);

const PLAIN: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'number',
  boolean: 'true or false',
  lazy: 'anything',
};
