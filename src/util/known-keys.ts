/** Which keys a shape knows at a path: what an unknown key is compared with. */
import { z } from 'zod';
import type { KeyPath } from './document.ts';

type Shape = z.core.$ZodType;

/** Follows the written value through unions, so that only the keys of the branch that is meant are offered. */
export function knownKeys(shape: Shape, path: KeyPath, root: unknown): readonly string[] {
  return [...new Set(objectsAt(shape, path, root).flatMap((object) => Object.keys(object.shape)))];
}

/** The object shapes that a path can mean. */
export function objectsAt(shape: Shape, path: KeyPath, value: unknown): z.ZodObject[] {
  const [key, ...rest] = path;
  if (shape instanceof z.ZodOptional) return objectsAt(shape.unwrap(), path, value);
  if (shape instanceof z.ZodUnion) {
    const all = shape.options.flatMap((option) => objectsAt(option as Shape, path, value));
    const meant = key === undefined ? all.filter((object) => fits(object, value)) : [];
    return meant.length > 0 ? meant : all;
  }
  if (shape instanceof z.ZodObject) {
    if (key === undefined) return [shape];
    if (!fits(shape, value)) return [];
    const inner = (shape.shape as Record<string, Shape>)[String(key)];
    return inner ? objectsAt(inner, rest, inside(value, key)) : [];
  }
  if (key === undefined) return [];
  if (shape instanceof z.ZodRecord) return objectsAt(shape.valueType as Shape, rest, inside(value, key));
  if (shape instanceof z.ZodArray) return objectsAt(shape.element as Shape, rest, inside(value, key));
  return [];
}

function inside(value: unknown, key: string | number): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[key] : undefined;
}

/** False when the value names another `type` than this shape's. */
function fits(object: z.ZodObject, value: unknown): boolean {
  const type: unknown = object.shape.type;
  if (!(type instanceof z.ZodLiteral) || typeof value !== 'object' || value === null || !('type' in value)) return true;
  return type.values.has(value.type as string);
}
