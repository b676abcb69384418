/** Where a change is, read from the vendor's sentence about it: the library hands out nothing finer. */

const PLACES: readonly (readonly [RegExp, (parts: readonly string[]) => string])[] = [
  [/ arg (\w+) on directive (\w+) was added\.$/, ([arg, name]) => `@${name}(${arg})`],
  [/ arg (\w+) on (\w+\.\w+) was added\.$/, ([arg, field]) => `${field}(${arg})`],
  [/ field (\w+) on input type (\w+) was added\.$/, ([field, type]) => `${type}.${field}`],
  [/^(\w+) was (?:added to|removed from) enum type (\w+)\.$/, ([value, type]) => `${type}.${value}`],
  [/ was (?:added to|removed from) union type (\w+)\.$/, ([type]) => `${type}`],
  [/ added to interfaces implemented by (\w+)\.$/, ([type]) => `${type}`],
  [/^Standard scalar (\w+) /, ([type]) => `${type}`],
  [/^(\w+\.\w+) arg (\w+) /, ([field, arg]) => `${field}(${arg})`],
];

const DIRECTIVE_PLACES: typeof PLACES = [
  [/^Repeatable flag was removed from (\w+)\.$/, ([name]) => `@${name}`],
  [/^(\w+) was removed from (\w+)\.$/, ([part, name]) => `@${name}(${part})`],
  [/^(\w+) was removed\.$/, ([name]) => `@${name}`],
];

/** `User.email`, `Query.users(first)`, `Color.RED`, `@cached(ttl)`; the first word where nothing finer is said. */
export function pathOf(type: string, description: string): string {
  const places = type.startsWith('DIRECTIVE_') ? DIRECTIVE_PLACES : PLACES;
  for (const [pattern, place] of places) {
    const found = pattern.exec(description);
    if (found) return place(found.slice(1));
  }
  return description.split(' ')[0]?.replace(/\.$/, '') ?? '';
}
