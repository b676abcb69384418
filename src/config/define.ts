/** What a `belay.config.ts` imports: functions that add the `type` and give the editor something to complete. */
import type { z } from 'zod';
import type { Target } from '../targets/target.ts';
import type { WrittenConfig, WrittenEnvironment } from './shape.ts';
import type { writtenTarget } from './shape-target.ts';

export { secret, type SecretReference } from './secret.ts';

type Written<Union extends { type: string }, Type extends string> = Extract<Union, { type: Type }>;
type Options<Union extends { type: string }, Type extends string> = Omit<Written<Union, Type>, 'type'>;
type Typed<Type extends string, Given> = Given & { readonly type: Type };

type AnyTarget = z.input<typeof writtenTarget>;
type AnyStore = NonNullable<WrittenConfig['store']>;
type AnyData = NonNullable<Written<AnyTarget, 'local'>['data']>;
type AnyStrategy = Exclude<NonNullable<WrittenEnvironment['strategy']>, string>;

export type LocalOptions = Options<AnyTarget, 'local'>;
export type ConvexOptions = Options<AnyTarget, 'convex'>;
export type VercelOptions = Options<AnyTarget, 'vercel'>;
export type NoopOptions = Options<AnyTarget, 'noop'>;

/** Part of something, laid over what an environment takes from `defaults` or `extends`; null removes. */
type Overlay<T> = T extends readonly unknown[] | ((...args: never) => unknown)
  ? T
  : T extends object
    ? { readonly [Key in keyof T]?: Overlay<T[Key]> | null }
    : T;

export type EnvironmentOptions = Overlay<Omit<WrittenEnvironment, 'targets'>> & {
  readonly targets?: Readonly<Record<string, Overlay<AnyTarget> | Target | null>>;
};

export interface ConfigOptions extends Omit<WrittenConfig, 'environments' | 'defaults' | '$schema'> {
  readonly defaults?: Omit<EnvironmentOptions, 'extends'>;
  readonly environments: Readonly<Record<string, EnvironmentOptions>>;
}

/** Gives back what it is given: it is there for the types. */
export function defineConfig(config: ConfigOptions): ConfigOptions {
  return config;
}

const typed = <Type extends string, Given extends object>(type: Type, given: Given): Typed<Type, Given> => ({
  ...given,
  type,
});

/** A process on this machine. */
export const local = <Given extends LocalOptions>(options: Given) => typed('local', options);
/** A Convex deployment. */
export const convex = <Given extends ConvexOptions>(options: Given) => typed('convex', options);
/** A project on Vercel. */
export const vercel = <Given extends VercelOptions>(options: Given) => typed('vercel', options);
/** A target that does nothing. */
export const noop = (options: NoopOptions = {}) => typed('noop', options);

/** The journal in a file on this machine. */
export const sqlite = (options: Options<AnyStore, 'sqlite'> = {}) => typed('sqlite', options);
/** The journal in a Postgres database. */
export const postgres = (options: Options<AnyStore, 'postgres'>) => typed('postgres', options);

export const allAtOnce = () => typed('all-at-once', {});
export const blueGreen = (options: Options<AnyStrategy, 'blue-green'> = {}) => typed('blue-green', options);
/** A growing share of the traffic, as long as the candidate is no worse than the old release. */
export const canary = (options: Options<AnyStrategy, 'canary'> = {}) => typed('canary', options);
export const recreate = () => typed('recreate', {});

/** A folder of files that belongs to the deployment. */
export const directory = (options: Options<AnyData, 'directory'>) => typed('directory', options);
/** SQLite databases that belong to the deployment. */
export const sqliteFiles = (options: Options<AnyData, 'sqlite'>) => typed('sqlite', options);
/** A Postgres database that belongs to the deployment. */
export const postgresData = (options: Options<AnyData, 'postgres'>) => typed('postgres', options);
