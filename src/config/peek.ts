/** The least that a read-only command needs, in the fewest milliseconds: where the journal is, and the names of the environments. */
import { dirname } from 'node:path';
import { createRedactor, type Redactor } from '../util/redact.ts';
import type { ReviewConfig, StoreConfig } from './config.ts';
import { findConfigFile } from './find.ts';
import type { LoadOptions } from './load.ts';
import { normalizeReview } from './normalize-review.ts';
import { memoryKey, recall, remember, type Remembered } from './remembered.ts';
import { resolveStore, type StoreSource } from './store-location.ts';

export interface Peek {
  readonly app: string;
  /** Absolute path of the configuration file, and of its folder. */
  readonly file: string;
  readonly directory: string;
  readonly store: StoreConfig;
  readonly storeFrom: StoreSource;
  readonly environments: readonly string[];
  readonly review: ReviewConfig;
}

export interface PeekOptions extends LoadOptions {
  /** Version of the tool. */
  readonly tool: string;
}

/** @throws Problem CONFIG_MISSING, CONFIG_INVALID, USAGE */
export async function peekStore(options: PeekOptions): Promise<Peek> {
  const file = findConfigFile(options.cwd, options.file ?? options.env.configFile ?? undefined);
  const key = memoryKey(file, options.tool);
  const remembered = recall(file, key);
  if (remembered) return peekFrom(remembered, file, options);
  const { loadConfig } = await import('./load.ts');
  return peekFrom(remember(key, await loadConfig(options)), file, options);
}

function peekFrom(remembered: Remembered, file: string, options: PeekOptions): Peek {
  const redactor: Redactor = options.redactor ?? createRedactor();
  const around = { directory: dirname(file), secrets: { variable: options.env.variable, redactor } };
  const store = resolveStore(remembered.store, options, around);
  const { app, environments } = remembered;
  const review = normalizeReview(remembered.review);
  return { app, file, directory: around.directory, store: store.config, storeFrom: store.from, environments, review };
}
