/** Makes a configuration unchangeable, all the way down; what a user brought is left as it is. */

export function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return value;
  for (const [key, inner] of Object.entries(value)) if (!isForeign(key, value)) freeze(inner);
  return Object.freeze(value);
}

/** A custom target may keep state in itself. */
const isForeign = (key: string, holder: object) => key === 'target' && 'type' in holder && holder.type === 'custom';
