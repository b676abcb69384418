/** What becomes of the texts of a field: rules by its place, `table.field`, with `*` for any table. */
import { Problem } from '../../core/errors.ts';

/** `keep`: as it is. `remove`: the field goes, which its validator must allow. Anything else: a pseudonym of that kind. */
export const ACTIONS = [
  'keep',
  'remove',
  'email',
  'name',
  'phone',
  'address',
  'token',
  'ip',
  'url',
  'text',
  'number',
] as const;
export type Action = (typeof ACTIONS)[number];

/** The rule for a place; null where there is none. */
export type RuleOf = (table: string, path: string) => Action | null;

/**
 * The nearest rule: of the very field, of the field in any table, of what it is part of. `keep` are places that stay.
 * @throws Problem USAGE for an action that there is none of
 */
export function createRules(written: unknown, keep: readonly string[]): RuleOf {
  const rules = new Map<string, Action>(keep.map((place) => [place.includes('.') ? place : `*.${place}`, 'keep']));
  if (written !== null && written !== undefined) {
    if (typeof written !== 'object' || Array.isArray(written)) throw wrong('it is no list of `table.field: action`');
    for (const [place, action] of Object.entries(written)) {
      const known = ACTIONS.find((one) => one === action);
      if (!known) throw wrong(`${place}: ${String(action)} is none of ${ACTIONS.join(', ')}`);
      rules.set(place.includes('.') ? place : `*.${place}`, known);
    }
  }
  return (table, path) => {
    const parts = path.split('.');
    for (let length = parts.length; length > 0; length -= 1) {
      const part = parts.slice(0, length).join('.');
      const found = rules.get(`${table}.${part}`) ?? rules.get(`*.${part}`);
      if (found) return found;
    }
    return null;
  };
}

function wrong(why: string): Problem {
  return new Problem('USAGE', 'The rules cannot be read', {
    why,
    next: 'write lines such as `users.bio: text`; docs/staging.md lists what there is',
    retry: 'after-change',
  });
}
