/** The configuration, from memory while its files have the same content, else read and judged as ever. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { createRedactor } from '../util/redact.ts';
import { configHash } from './config-hash.ts';
import { findConfigFile } from './find.ts';
import { freeze } from './freeze.ts';
import type { LoadedConfig } from './load.ts';
import { normalize } from './normalize.ts';
import type { PeekOptions } from './peek.ts';
import { isData, memoryKey, recall, remember, type Remembered, stateOf } from './remembered.ts';
import { secretsRequired } from './secret.ts';
import { resolveStore } from './store-location.ts';

/** What working with a project takes; where things stand in the file is known only to who read it. */
export type UsableConfig = Pick<LoadedConfig, 'config' | 'file' | 'warnings' | 'hash' | 'requireSecrets'>;

/**
 * A configuration that is code is run anew for whatever changes something: it may look at the world.
 * @throws Problem CONFIG_MISSING, CONFIG_INVALID, USAGE
 */
export async function lookAtConfig(options: PeekOptions & { readonly readOnly: boolean }): Promise<UsableConfig> {
  const file = findConfigFile(options.cwd, options.file ?? options.env.configFile ?? undefined);
  const key = memoryKey(file, options.tool);
  const whole = options.readOnly || isData(file) ? recall(file, key)?.whole : null;
  const unchanged = whole?.health.every(({ path, state }) => existsSync(path) && stateOf(path) === state);
  if (whole && unchanged) return fromMemory(whole, file, options);
  const { loadConfig } = await import('./load.ts');
  const loaded = await loadConfig(options);
  remember(key, loaded);
  return loaded;
}

function fromMemory(whole: NonNullable<Remembered['whole']>, file: string, options: PeekOptions): UsableConfig {
  const redactor = options.redactor ?? createRedactor();
  const around = { directory: dirname(file), secrets: { variable: options.env.variable, redactor } };
  const health = new Map(whole.health.map(({ path, content }) => [path, content]));
  const store = resolveStore(whole.written.store, options, around);
  const config = freeze(normalize(whole.written, store.config, health, around));
  return {
    config,
    file,
    warnings: whole.warnings,
    hash: configHash(config),
    requireSecrets: (environment) => secretsRequired([config.store, config.environments[environment]]),
  };
}
