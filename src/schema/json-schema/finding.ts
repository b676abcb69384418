/** One reason why values of one schema are not values of another. */

export interface Finding {
  /** Inside the value: `address.street`, `items[].price`; empty for the value itself. */
  readonly path: string;
  /** Short name of the rule, such as `type` or `required`. */
  readonly rule: string;
  readonly why: string;
  /** `no`: some values do not fit. `unknown`: it could not be told, which is never a pass. */
  readonly verdict: 'no' | 'unknown';
}

export const below = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
