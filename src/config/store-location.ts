/** Where the journal is: command line, then `BELAY_STORE`, then the file, then the default. */
import { isAbsolute, resolve } from 'node:path';
import { Problem } from '../core/errors.ts';
import type { StoreConfig } from './config.ts';
import type { Environment } from './environment.ts';
import { normalizeStore } from './normalize-store.ts';
import type { Surroundings } from './surroundings.ts';
import { literalSecret } from './secret.ts';
import type { WrittenConfig } from './shape.ts';

export type StoreSource = 'flag' | 'environment' | 'file' | 'default';

export interface ResolvedStore {
  readonly config: StoreConfig;
  readonly from: StoreSource;
}

export interface StoreOverrides {
  readonly cwd: string;
  readonly env: Environment;
  readonly flags?: { readonly store?: string };
}

/** @throws Problem USAGE for a password on the command line, where every user of the machine could read it */
export function resolveStore(
  written: WrittenConfig['store'],
  overrides: StoreOverrides,
  around: Surroundings,
): ResolvedStore {
  const { flags, env, cwd } = overrides;
  if (flags?.store !== undefined) {
    if (/^\w+:\/\/[^/@]*:[^/@]*@/.test(flags.store)) {
      throw new Problem('USAGE', '--store holds a password', {
        why: 'arguments are readable by every user of this machine',
        next: 'set BELAY_STORE instead',
        retry: 'after-change',
      });
    }
    return { config: readLocation(flags.store, '--store', cwd, around), from: 'flag' };
  }
  if (env.store !== null) return { config: readLocation(env.store, 'BELAY_STORE', cwd, around), from: 'environment' };
  return { config: normalizeStore(written, around), from: written ? 'file' : 'default' };
}

/** A path (relative to where the command runs), or an address. */
function readLocation(text: string, name: string, cwd: string, around: Surroundings): StoreConfig {
  if (/^postgres(ql)?:\/\//.test(text)) {
    return { type: 'postgres', url: literalSecret(name, name, text, around.secrets.redactor) };
  }
  if (/^\w+:\/\//.test(text)) {
    throw new Problem('USAGE', `${name} is neither a path nor a postgres:// address`, { retry: 'after-change' });
  }
  return { type: 'sqlite', path: isAbsolute(text) ? text : resolve(cwd, text) };
}
