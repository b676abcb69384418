/** Which environment is meant: the flag, else BELAY_ENVIRONMENT, else the only one there is. */
import type { Config } from '../config/config.ts';
import { Problem } from '../core/errors.ts';
import type { Cli, CommonOptions } from './cli.ts';

/** @throws Problem USAGE when there are several and none was named */
export function environmentName(cli: Cli, config: Config, options: CommonOptions): string {
  const named = options.env ?? cli.env.environment;
  if (named) return named;
  const names = Object.keys(config.environments);
  if (names.length === 1 && names[0] !== undefined) return names[0];
  throw new Problem('USAGE', 'Which environment?', {
    why: `there are ${names.join(', ')}`,
    next: `add --env ${names[0] ?? 'NAME'}, or set BELAY_ENVIRONMENT`,
  });
}
