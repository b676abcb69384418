/** From a file to a configuration: find, read, overlay, shape, normalise, rules. Everything wrong is told at once. */
import { basename, dirname, relative } from 'node:path';
import { readHealthFile } from '../checks/file.ts';
import type { WrittenHealth } from '../checks/shape.ts';
import { isProblem } from '../core/errors.ts';
import { describeIssues } from '../util/shape-issues.ts';
import { knownKeys } from '../util/known-keys.ts';
import type { KeyPath } from '../util/document.ts';
import { createRedactor, type Redactor } from '../util/redact.ts';
import type { Config } from './config.ts';
import { configHash } from './config-hash.ts';
import type { Environment } from './environment.ts';
import { type Fault, faultLines, invalidConfig, type Places } from './fault.ts';
import { findConfigFile } from './find.ts';
import { freeze } from './freeze.ts';
import { type HealthFiles, listChecks, normalize } from './normalize.ts';
import { resolveOverlays } from './overlay.ts';
import { prune } from './prune.ts';
import { type PackageModule, readConfigFile } from './read.ts';
import { RULES } from './rules.ts';
import { secretsRequired } from './secret.ts';
import { configShape, type WrittenConfig } from './shape.ts';
import { resolveStore, type StoreSource } from './store-location.ts';
import { absolute, type Surroundings } from './surroundings.ts';

export interface LoadOptions {
  readonly cwd: string;
  /** Given on the command line; else `BELAY_CONFIG`, else looked for. */
  readonly file?: string;
  readonly env: Environment;
  readonly flags?: { readonly store?: string };
  /** Learns every secret that is revealed. */
  readonly redactor?: Redactor;
  /** What configuration files get as `belayctl`; the functions of `define.ts` unless told. */
  readonly packageModule?: PackageModule;
}

export interface LoadedConfig {
  readonly config: Config;
  /** Absolute path. */
  readonly file: string;
  /** A line each: `belay.yml:12  key: what`. */
  readonly warnings: readonly string[];
  /** Over the normalised configuration, with the names of secrets, never their values. */
  readonly hash: string;
  readonly storeFrom: StoreSource;
  readonly places: Places;
  /** As written, overlays worked in. */
  readonly written: WrittenConfig;
  /** Health files that were read, by absolute path. */
  readonly health: HealthFiles;
  /** Sees that every secret that an environment (and the store) refers to is there. @throws Problem SECRET_MISSING, all of them together */
  requireSecrets(environment: string): void;
}

/** @throws Problem CONFIG_MISSING, CONFIG_INVALID */
export async function loadConfig(options: LoadOptions): Promise<LoadedConfig> {
  const file = findConfigFile(options.cwd, options.file ?? options.env.configFile ?? undefined);
  const name = basename(file);
  const document = await readConfigFile(file, options.packageModule ?? (() => import('./define.ts')));
  const overlaid = resolveOverlays(document.value);
  const places: Places = { name, lineOf: document.lineOf, origin: overlaid.origin };
  const faults: Fault[] = [...overlaid.faults, ...judgeShape(overlaid.value)];
  const around = {
    directory: dirname(file),
    secrets: { variable: options.env.variable, redactor: options.redactor ?? createRedactor() },
  };

  const written = prune(configShape, overlaid.value, { app: 'unnamed', environments: {} });
  if (!written) throw invalidConfig(name, faultLines(faults, places));
  const health = await readHealthFiles(written, around, faults);
  const store = resolveStore(written.store, options, around);
  const config = normalize(written, store.config, health.files, around);
  const warnings = judgeRules(config, overlaid.value, faults);
  const details = [...faultLines(faults, places), ...health.details];
  if (details.length > 0) throw invalidConfig(name, details);

  return {
    config: freeze(config),
    file,
    warnings: faultLines(warnings, places),
    hash: configHash(config),
    storeFrom: store.from,
    places,
    written,
    health: health.files,
    requireSecrets: (environment) => secretsRequired([config.store, config.environments[environment]]),
  };
}

function judgeShape(value: unknown): Fault[] {
  const parsed = configShape.safeParse(value);
  return parsed.success
    ? []
    : describeIssues(parsed.error.issues, value, (path) => knownKeys(configShape, path, value));
}

function judgeRules(config: Config, written: unknown, faults: Fault[]): Fault[] {
  const warnings: Fault[] = [];
  const report = {
    error: (path: KeyPath, what: string) => void faults.push({ path, what }),
    warn: (path: KeyPath, what: string) => void warnings.push({ path, what }),
  };
  for (const rule of RULES) rule({ config, written }, report);
  return warnings;
}

async function readHealthFiles(
  written: WrittenConfig,
  around: Surroundings,
  faults: Fault[],
): Promise<{ files: HealthFiles; details: readonly string[] }> {
  const files = new Map<string, WrittenHealth>();
  const details: string[] = [];
  for (const [name, environment] of Object.entries(written.environments)) {
    for (const check of listChecks(environment.checks)) {
      if (typeof check !== 'string') continue;
      const path = absolute(around, check);
      if (files.has(path)) continue;
      files.set(path, {});
      try {
        files.set(path, await readHealthFile(path, relative(around.directory, path)));
      } catch (error) {
        if (!isProblem(error)) throw error;
        if (/ENOENT/.test(error.why ?? ''))
          faults.push({ path: ['environments', name, 'checks'], what: `there is no file ${check}` });
        else details.push(...error.details);
      }
    }
  }
  return { files, details };
}
