/** One hash for a configuration: equal exactly when a deployment would be configured in the same way. */
import { hashOf } from '../core/journal.ts';
import type { Config } from './config.ts';

/**
 * Secrets count by name (a handle's JSON is its mask), a user's own target by its kind. The store and
 * the folder do not count: the same release may be deployed from another machine.
 */
export function configHash(config: Config): string {
  const { app, environments, directory } = config;
  const text = JSON.stringify({ app, environments }, (_key, value: unknown) => {
    if (
      typeof value === 'object' &&
      value !== null &&
      'type' in value &&
      value.type === 'custom' &&
      'target' in value
    ) {
      return { type: 'custom', kind: Reflect.get(value.target as object, 'kind') };
    }
    if (value === directory) return '.';
    return typeof value === 'string' && value.startsWith(`${directory}/`) ? value.slice(directory.length + 1) : value;
  });
  return hashOf(JSON.parse(text));
}
