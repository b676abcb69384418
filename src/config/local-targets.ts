/** The processes on this machine that a configuration describes, each with its place in the file. */
import type { KeyPath } from '../util/document.ts';
import type { Config, EnvironmentConfig, LocalConfig } from './config.ts';

export interface PlacedLocal {
  readonly environment: EnvironmentConfig;
  readonly target: LocalConfig;
  readonly path: KeyPath;
}

export function localTargets(config: Config): PlacedLocal[] {
  return Object.values(config.environments).flatMap((environment) =>
    Object.entries(environment.targets).flatMap(([name, target]) =>
      target.type === 'local'
        ? [{ environment, target, path: ['environments', environment.name, 'targets', name] }]
        : [],
    ),
  );
}
