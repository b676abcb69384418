/** Options that many commands share, worded once. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../util/duration.ts';

export function withCommonOptions(command: Command): Command {
  return command
    .option('-e, --env <name>', 'environment (default: BELAY_ENVIRONMENT, or the only one)')
    .option('-c, --config <file>', 'configuration file (default: belay.config.ts or belay.yml, looked for upward)')
    .option('--json', 'print one JSON object on standard output')
    .option('--ascii', 'use no characters beyond ASCII')
    .option('--allow-local-store-in-ci', 'use an SQLite store although this is CI (it is lost with the runner)');
}

/** Milliseconds of `30s`, `5m`. */
export function durationOption(text: string): number {
  const ms = parseDuration(text);
  if (ms === null) throw new InvalidArgumentError('expected a duration such as 30s, 5m or 1h');
  return ms;
}

export function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('expected a whole number');
  return Number(text);
}

/** For the one deployment that cannot wait for a canary: what a strategy with settings of its own is replaced by. */
export function strategyOption(): Option {
  const what = 'move traffic this way instead of as configured, for this once';
  return new Option('--strategy <name>', what).choices(['all-at-once', 'blue-green']);
}
