/** What normalising needs besides the written text: where paths start, and where secrets come from. */
import { isAbsolute, resolve } from 'node:path';
import { bindSecret, literalSecret, type Secret, type SecretReference, type SecretSource } from './secret.ts';

export interface Surroundings {
  /** Absolute folder of the configuration file. */
  readonly directory: string;
  readonly secrets: SecretSource;
}

export function absolute(around: Surroundings, path: string): string {
  return isAbsolute(path) ? path : resolve(around.directory, path);
}

export function toSecret(written: string | SecretReference, where: string, around: Surroundings): Secret {
  if (typeof written === 'string') return literalSecret('url', where, written, around.secrets.redactor);
  return bindSecret(written, where, written.file === undefined ? null : absolute(around, written.file), around.secrets);
}
