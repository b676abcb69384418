/** Whether one value fits one plain part: yes, no, or cannot be told. For values that are listed one by one. */
import { lower, LENGTH, NUMBER, upper, type Bound } from './bounds.ts';
import { kindOf, kindsOf, valuesOf } from './facts.ts';
import { equal, type Json, type JsonObject } from './json.ts';
import { FORMAT_HINTS, isAnnotation, isUnderstood } from './keywords.ts';

export type Answer = 'yes' | 'no' | 'unknown';

function inside(value: number, low: Bound | null, high: Bound | null): boolean {
  if (low && (value < low.value || (low.open && value === low.value))) return false;
  return !(high && (value > high.value || (high.open && value === high.value)));
}

function matches(pattern: Json | undefined, value: string): Answer {
  if (typeof pattern !== 'string') return 'yes';
  try {
    return new RegExp(pattern, 'u').test(value) ? 'yes' : 'no';
  } catch {
    return 'unknown';
  }
}

function stringFits(value: string, part: JsonObject): Answer {
  if (!inside(Array.from(value).length, lower([part], LENGTH), upper([part], LENGTH))) return 'no';
  const matched = matches(part.pattern, value);
  if (matched !== 'yes') return matched;
  return typeof part.format === 'string' && !FORMAT_HINTS.has(part.format) ? 'unknown' : 'yes';
}

function numberFits(value: number, part: JsonObject): Answer {
  if (!inside(value, lower([part], NUMBER), upper([part], NUMBER))) return 'no';
  const { multipleOf } = part;
  if (typeof multipleOf !== 'number') return 'yes';
  return Number.isInteger(value / multipleOf) ? 'yes' : 'no';
}

export function fits(value: Json, part: JsonObject): Answer {
  if (!kindsOf(part).includes(kindOf(value))) return 'no';
  const listed = valuesOf(part);
  if (listed !== null && !listed.some((one) => equal(one, value))) return 'no';
  if (Object.keys(part).some((keyword) => !isUnderstood(keyword) && !isAnnotation(keyword))) return 'unknown';
  if (typeof value === 'string') return stringFits(value, part);
  if (typeof value === 'number') return numberFits(value, part);
  if (typeof value !== 'object' || value === null) return 'yes';
  // An array or object is not taken apart: it fits where nothing but its list decides.
  const decides = Object.keys(part).filter((keyword) => !isAnnotation(keyword));
  return decides.every((keyword) => ['type', 'enum', 'const'].includes(keyword)) ? 'yes' : 'unknown';
}
