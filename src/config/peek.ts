/**
 * The least that a read-only command needs, in the fewest milliseconds: where the journal is, and the
 * names of the environments. Remembered beside the journal for as long as the file does not change.
 */
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { createRedactor, type Redactor } from '../util/redact.ts';
import type { StoreConfig } from './config.ts';
import { findConfigFile } from './find.ts';
import type { LoadOptions } from './load.ts';
import type { WrittenConfig } from './shape.ts';
import { resolveStore, type StoreSource } from './store-location.ts';

export interface Peek {
  readonly app: string;
  /** Absolute path of the configuration file, and of its folder. */
  readonly file: string;
  readonly directory: string;
  readonly store: StoreConfig;
  readonly storeFrom: StoreSource;
  readonly environments: readonly string[];
}

export interface PeekOptions extends LoadOptions {
  /** Version of the tool: another one does not trust what this one remembered. */
  readonly tool: string;
}

interface Remembered {
  readonly key: string;
  readonly app: string;
  readonly store: WrittenConfig['store'];
  readonly environments: readonly string[];
}

/** @throws Problem CONFIG_MISSING, CONFIG_INVALID, USAGE */
export async function peekStore(options: PeekOptions): Promise<Peek> {
  const file = findConfigFile(options.cwd, options.file ?? options.env.configFile ?? undefined);
  const cache = join(dirname(file), '.belay', 'cache.json');
  const key = keyOf(file, options.tool);
  const remembered = recall(cache, key);
  if (remembered) return peekFrom(remembered, file, options);
  const { loadConfig } = await import('./load.ts');
  const { config, written } = await loadConfig(options);
  const found: Remembered = {
    key,
    app: config.app,
    store: written.store,
    environments: Object.keys(config.environments),
  };
  if (isStable(file) && isHarmless(written.store)) remember(cache, found);
  return peekFrom(found, file, options);
}

function peekFrom(remembered: Remembered, file: string, options: PeekOptions): Peek {
  const redactor: Redactor = options.redactor ?? createRedactor();
  const around = { directory: dirname(file), secrets: { variable: options.env.variable, redactor } };
  const store = resolveStore(remembered.store, options, around);
  const { app, environments } = remembered;
  return { app, file, directory: around.directory, store: store.config, storeFrom: store.from, environments };
}

function keyOf(file: string, tool: string): string {
  const { mtimeMs, ctimeMs, size, ino } = statSync(file);
  return [tool, file, mtimeMs, ctimeMs, size, ino].join('|');
}

function recall(cache: string, key: string): Remembered | null {
  try {
    const remembered = JSON.parse(readFileSync(cache, 'utf8')) as Remembered;
    return remembered.key === key ? remembered : null;
  } catch {
    // Absent or damaged: the file itself is read.
    return null;
  }
}

/** Code that looks at anything but itself may say something else next time. */
function isStable(file: string): boolean {
  if (['.yml', '.yaml', '.json'].includes(extname(file))) return true;
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

/** Best effort, and only where Belay already keeps things: reading must not leave folders behind. */
function remember(cache: string, found: Remembered): void {
  if (!existsSync(dirname(cache))) return;
  const side = `${cache}.${process.pid}.new`;
  try {
    writeFileSync(side, JSON.stringify(found), { mode: 0o600 });
    renameSync(side, cache);
  } catch {
    // A read-only folder only costs the time.
  }
}
