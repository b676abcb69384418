/** Reads a configuration file, whichever language it is written in, with the line of each key. */
import { readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { describeError } from '../core/errors.ts';
import type { KeyPath, LocatedDocument } from '../util/document.ts';
import { isFaulty, readDocument } from '../util/document.ts';
import { invalidConfig } from './fault.ts';

/** Gives the module that a configuration file gets for `import ... from 'belayctl'`. */
export type PackageModule = () => Promise<Readonly<Record<string, unknown>>>;

/** @throws Problem CONFIG_INVALID when it cannot be read at all */
export async function readConfigFile(path: string, packageModule: PackageModule): Promise<LocatedDocument> {
  const name = basename(path);
  const text = readText(path);
  if (!['.yml', '.yaml', '.json'].includes(extname(path))) {
    const value = await evaluate(path, packageModule);
    return { value, lineOf: (keys) => findInSource(text, keys) };
  }
  const document = await readDocument(text);
  if (isFaulty(document)) {
    throw invalidConfig(
      name,
      document.map((fault) => `${name}:${fault.line}  ${fault.what}`),
    );
  }
  return document;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw invalidConfig(basename(path), [`${path} cannot be read: ${describeError(error)}`]);
  }
}

/**
 * Runs a TypeScript or JavaScript configuration. `belayctl` is answered with our own module, so that
 * it works for a global or npx-run Belay too, and is the same instance as the one that runs.
 */
async function evaluate(path: string, packageModule: PackageModule): Promise<unknown> {
  const { createJiti } = await import('jiti');
  const jiti = createJiti(path, {
    moduleCache: false,
    fsCache: false,
    virtualModules: { belayctl: await packageModule() },
  });
  let exported: unknown;
  try {
    exported = await jiti.import(path, { default: true });
  } catch (error) {
    throw invalidConfig(basename(path), [`${locate(path, error)}  ${firstLine(error)}`]);
  }
  if (typeof exported === 'object' && exported !== null && !isNamespace(exported)) return exported;
  throw invalidConfig(basename(path), [
    `${basename(path)}:1  has no default export; write "export default defineConfig({ ... })"`,
  ]);
}

/** Without a default export the module itself is what is imported. */
const isNamespace = (value: object) =>
  Reflect.get(value, Symbol.toStringTag) === 'Module' || Reflect.get(value, '__esModule') === true;

const firstLine = (error: unknown) =>
  (describeError(error).split('\n')[0] ?? '').replace(/\s*\(?\/\S+?:\d+:\d+\)?$/, '');

/** The line of a syntax error, or of the topmost frame inside the file. */
function locate(path: string, error: unknown): string {
  const described = error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : '';
  const at = described.split(path)[1] ?? '';
  const line = /^:(\d+)/.exec(at)?.[1] ?? /\((\d+):\d+\)/.exec(described)?.[1] ?? '1';
  return `${basename(path)}:${line}`;
}

/** Looks for each key of the path behind the one before it; good enough to bring a person to the place. */
function findInSource(source: string, path: KeyPath): number {
  let offset = 0;
  for (const key of path) {
    if (typeof key === 'number') continue;
    // A quoted word counts only before a colon: otherwise it is a value.
    const pattern = new RegExp(`(['"\`])${escape(key)}\\1\\s*:|(?<![\\w$.'"\`-])${escape(key)}\\s*[:,(}]`, 'g');
    pattern.lastIndex = offset;
    const found = pattern.exec(source);
    if (!found) break;
    offset = found.index;
    pattern.lastIndex = 0;
  }
  return source.slice(0, offset).split('\n').length;
}

const escape = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
