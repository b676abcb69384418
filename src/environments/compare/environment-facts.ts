/** What two environments are compared by. A value is only ever a hash under a key that lives for one comparison. */
import { createHmac, randomBytes } from 'node:crypto';
import type { Source } from '../../core/release.ts';

/** Something that was read, or the reason why it could not be. */
export type Seen<T> = { readonly known: true; readonly value: T } | { readonly known: false; readonly why: string };

/** By name; null where the value is not told to anybody (`sensitive`). */
export type HashedValues = Readonly<Record<string, string | null>>;

export interface BackendFacts {
  readonly variables: Seen<HashedValues>;
  /** Hash by module path. */
  readonly modules: Seen<Readonly<Record<string, string>>>;
  /** The exported schema of the live release, parsed; null: it has none. */
  readonly schema: Seen<unknown>;
}

export interface SiteFacts {
  readonly variables: Seen<HashedValues>;
  readonly regions: Seen<readonly string[]>;
}

export interface EnvironmentFacts {
  readonly name: string;
  readonly live: { readonly release: string; readonly source: Source; readonly at: string } | null;
  /** By target name. */
  readonly backends: Readonly<Record<string, BackendFacts>>;
  readonly sites: Readonly<Record<string, SiteFacts>>;
}

export type HashValue = (value: string) => string;

/** A hash that tells equal from different within one run, and nobody can look up afterwards. */
export function valueHasher(key: Uint8Array = randomBytes(32)): HashValue {
  return (value) => createHmac('sha256', key).update(value).digest('hex').slice(0, 12);
}
