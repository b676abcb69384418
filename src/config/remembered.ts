/** What a configuration of exactly this content said the last time, kept beside the journal, so that reading it again is skipped. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import type { WrittenHealth } from '../checks/shape.ts';
import type { LoadedConfig } from './load.ts';
import type { WrittenConfig } from './shape.ts';

export interface RememberedHealth {
  readonly path: string;
  /** State of the file when it was read. */
  readonly state: string;
  readonly content: WrittenHealth;
}

export interface Remembered {
  readonly key: string;
  readonly app: string;
  readonly store: WrittenConfig['store'];
  readonly environments: readonly string[];
  readonly review: WrittenConfig['review'];
  /** The whole configuration; null where it holds what JSON or a second file must not hold. */
  readonly whole: {
    readonly written: WrittenConfig;
    readonly warnings: readonly string[];
    readonly health: readonly RememberedHealth[];
  } | null;
}

/** Changes with every byte of the file: what is shipped hangs on it, so no time stamp is trusted. @throws when there is none */
export function stateOf(file: string): string {
  return `${file}|${createHash('sha256').update(readFileSync(file)).digest('hex')}`;
}

/** Another version of the tool does not trust what this one remembered. To be taken before the file is read. */
export function memoryKey(file: string, tool: string): string {
  return `${tool}|${stateOf(file)}`;
}

const memoryOf = (file: string) => join(dirname(file), '.belay', 'cache.json');

export function recall(file: string, key: string): Remembered | null {
  try {
    const remembered = JSON.parse(readFileSync(memoryOf(file), 'utf8')) as Remembered;
    return remembered.key === key ? remembered : null;
  } catch {
    // Absent or damaged: the file itself is read.
    return null;
  }
}

/** Best effort, and only where Belay already keeps things: reading must not leave folders behind. */
export function remember(key: string, loaded: LoadedConfig): Remembered {
  const { written, config, file } = loaded;
  const found: Remembered = {
    key,
    app: config.app,
    store: written.store,
    environments: Object.keys(config.environments),
    review: written.review,
    whole: wholeOf(loaded),
  };
  const cache = memoryOf(file);
  // Written over while it was being read: what was read is not what the key stands for.
  const same = key.endsWith(stateOf(file));
  if (!same || !existsSync(dirname(cache)) || !isStable(file) || !isHarmless(written.store)) return found;
  const side = `${cache}.${process.pid}.new`;
  try {
    writeFileSync(side, JSON.stringify(found), { mode: 0o600 });
    renameSync(side, cache);
  } catch {
    // A read-only folder only costs the time.
  }
  return found;
}

/** Data says the same thing every time; code may not. */
export function isData(file: string): boolean {
  return ['.yml', '.yaml', '.json'].includes(extname(file));
}

/** Code that looks at anything but itself may say something else next time. */
function isStable(file: string): boolean {
  if (isData(file)) return true;
  const text = readFileSync(file, 'utf8');
  const others = [...text.matchAll(/\bfrom\s*['"]([^'"]+)['"]|\bimport\s*['"]([^'"]+)['"]/g)].filter(
    ([, from, bare]) => (from ?? bare) !== 'belayctl',
  );
  return (
    others.length === 0 &&
    !/\b(process|require|globalThis|Date|Math\.random|fetch|import\.meta)\b|\bimport\s*\(/.test(text)
  );
}

/** A password that stands in the file is not copied elsewhere. */
const isHarmless = (store: WrittenConfig['store']) => store?.type !== 'postgres' || typeof store.url !== 'string';
const PASSWORD = /\w:\/\/[^/@\s"]*:[^/@\s"]*@/;

function wholeOf({ written, warnings, health }: LoadedConfig): Remembered['whole'] {
  const plain = toPlain(written) as WrittenConfig | undefined;
  const files = [...health].map(([path, content]) => ({ path, state: stateOf(path), content: toPlain(content) }));
  if (plain === undefined || files.some(({ content }) => content === undefined)) return null;
  const whole = { written: plain, warnings, health: files as RememberedHealth[] };
  return PASSWORD.test(JSON.stringify(whole)) ? null : whole;
}

/** The value as JSON gives it back; undefined when it holds code. References to secrets become what YAML would say. */
function toPlain(value: unknown): unknown {
  if (typeof value === 'function') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map(toPlain);
    return items.includes(undefined) ? undefined : items;
  }
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  const plain = entries.map(([key, inner]) => [key, toPlain(inner)] as const);
  return plain.some(([, inner]) => inner === undefined) ? undefined : Object.fromEntries(plain);
}
