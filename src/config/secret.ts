/**
 * Secrets are written by name and held as handles: no way of printing a handle gives the text, only
 * `reveal()` does, and what it gives is from then on masked in everything that Belay shows or records.
 */
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { Problem } from '../core/errors.ts';
import type { Redactor } from '../util/redact.ts';

/** How a secret is written: `{ secret: NAME }`, with `file` as the place to read when the variable is not set. */
export interface SecretReference {
  readonly secret: string;
  readonly file?: string | undefined;
}

/** What a mask looks like in a text; the rules use it to find a handle that was put into one. */
export const MASK = /\[secret [A-Za-z_][A-Za-z0-9_]*\]/;

const mask = (name: string) => `[secret ${name}]`;

/** A masked thing: whichever way it is printed, its name is all there is to see. */
abstract class Masked {
  abstract readonly name: string;
  toString(): string {
    return mask(this.name);
  }
  toJSON(): unknown {
    return mask(this.name);
  }
  [inspect.custom](): string {
    return mask(this.name);
  }
}

class WrittenSecret extends Masked implements SecretReference {
  declare readonly file?: string;
  readonly secret: string;
  constructor(name: string, file?: string) {
    super();
    this.secret = name;
    if (file !== undefined) this.file = file;
  }
  get name(): string {
    return this.secret;
  }
}

/** Names a secret in `belay.config.ts`: the value is read when it is needed, never when the file is loaded. */
export function secret(name: string, options: { readonly file?: string } = {}): SecretReference {
  return new WrittenSecret(name, options.file);
}

/** Where values come from and who masks them afterwards. */
export interface SecretSource {
  variable(name: string): string | undefined;
  readonly redactor: Redactor;
}

export class Secret extends Masked {
  readonly name: string;
  /** Key path that refers to it. */
  readonly where: string;
  readonly #read: () => string | undefined;
  readonly #redactor: Redactor;
  readonly #hint: string;

  constructor(facts: {
    name: string;
    where: string;
    hint: string;
    read: () => string | undefined;
    redactor: Redactor;
  }) {
    super();
    this.name = facts.name;
    this.where = facts.where;
    this.#read = facts.read;
    this.#redactor = facts.redactor;
    this.#hint = facts.hint;
  }

  /** True when there is a value to reveal. */
  available(): boolean {
    return Boolean(this.#read());
  }

  /** How it could be given, for messages. */
  hint(): string {
    return this.#hint;
  }

  /** The text itself. @throws Problem SECRET_MISSING */
  reveal(): string {
    const value = this.#read();
    if (!value) throw missingSecrets([this]);
    this.#redactor.hide(value);
    return value;
  }
}

/** Binds a written reference to its source. `path` is the absolute form of the reference's file. */
export function bindSecret(
  reference: SecretReference,
  where: string,
  path: string | null,
  source: SecretSource,
): Secret {
  return new Secret({
    name: reference.secret,
    where,
    hint: path ? `set ${reference.secret}, or write it to ${path}` : `set ${reference.secret} in the environment`,
    read: () => source.variable(reference.secret) || (path ? readSecretFile(path) : undefined),
    redactor: source.redactor,
  });
}

/** A secret text that stands in the configuration itself, or in `BELAY_STORE`. */
export function literalSecret(name: string, where: string, text: string, redactor: Redactor): Secret {
  return new Secret({ name, where, hint: 'it is empty', read: () => text, redactor });
}

/** Without the newline that editors and `echo` leave; undefined when there is no such file. */
function readSecretFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Problem('SECRET_MISSING', `the secret file ${path} cannot be read`, {
      why: (error as Error).message,
      cause: error,
    });
  }
}

/** One problem for all that are missing, each with the place that refers to it. */
export function missingSecrets(missing: readonly Secret[]): Problem {
  const names = [...new Set(missing.map((one) => one.name))];
  const [first] = missing;
  return new Problem('SECRET_MISSING', `${names.length === 1 ? 'secret' : 'secrets'} ${names.join(', ')} not set`, {
    why: names.length === 1 && first ? `${first.where} refers to it` : 'the configuration refers to them',
    next: first?.hint() ?? '',
    retry: 'after-change',
    details: missing.map((one) => `${one.where}: ${one.hint()}`),
  });
}

/** Every handle inside a value; a user's own target is not looked into. */
export function collectSecrets(value: unknown): Secret[] {
  if (value instanceof Secret) return [value];
  if (typeof value !== 'object' || value === null) return [];
  if (Reflect.get(value, 'type') === 'custom') return [];
  return Object.values(value).flatMap(collectSecrets);
}

/** @throws Problem SECRET_MISSING for all handles inside the value that have no text, together */
export function secretsRequired(value: unknown): void {
  const missing = collectSecrets(value).filter((secret) => !secret.available());
  if (missing.length > 0) throw missingSecrets(missing);
}
