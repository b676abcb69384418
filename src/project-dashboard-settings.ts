/** The configuration in force as the dashboard shows it: names and printed values, secrets as their names. */
import type { Config } from './config/config.ts';
import type { Settings } from './server/api/record.ts';

type Section = Settings['sections'][number];

/** Secrets print themselves as `[secret NAME]`; a user's own target is code. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, inner: unknown) => (key === 'target' ? '(code)' : inner)));
}

function flat(value: unknown, path: string): Section['settings'] {
  if (value === null) return [{ path, value: 'none' }];
  if (typeof value !== 'object') return [{ path, value: typeof value === 'string' ? value : JSON.stringify(value) }];
  const entries = Object.entries(value);
  if (entries.length === 0) return [{ path, value: Array.isArray(value) ? 'none' : '(empty)' }];
  return entries.flatMap(([key, inner]) => flat(inner, path === '' ? key : `${path}.${key}`));
}

/** @param clean hides what looks harmless and holds a secret all the same */
export function settingsOf(config: Config, clean: (text: string) => string): readonly Section[] {
  const { environments, ...rest } = config;
  const section = (title: string, value: unknown): Section => ({
    title,
    settings: flat(plain(value), '').map((one) => ({ path: one.path, value: clean(one.value) })),
  });
  return [
    section('Project', rest),
    ...Object.entries(environments).map(([name, environment]) => section(name, environment)),
  ];
}
