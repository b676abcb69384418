/** What several kinds of targets are written with. */
import { parseDuration } from '../util/duration.ts';
import type { SourceConfig } from './config.ts';
import type { Secret, SecretReference } from './secret.ts';
import { absolute, type Surroundings, toSecret } from './surroundings.ts';

/** Milliseconds of a duration whose form the shape has already checked. */
export function ms(written: string): number {
  return parseDuration(written) ?? 0;
}

export function normalizeSource(written: string | { readonly directory: string }, around: Surroundings): SourceConfig {
  return typeof written === 'string'
    ? { kind: 'git', path: absolute(around, written) }
    : { kind: 'directory', path: absolute(around, written.directory) };
}

export function normalizeEnv(
  written: Readonly<Record<string, string | number | boolean | SecretReference>>,
  where: string,
  around: Surroundings,
): Readonly<Record<string, string | Secret>> {
  const normal = Object.entries(written).map(([name, value]) => [
    name,
    typeof value === 'object' ? toSecret(value, `${where}.${name}`, around) : String(value),
  ]);
  return Object.fromEntries(normal) as Record<string, string | Secret>;
}
