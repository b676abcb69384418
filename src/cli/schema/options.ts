/** Options that the schema commands share, worded once. */
import { type Command, Option } from 'commander';
import type { FailOn } from './finish.ts';

export interface OutputOptions {
  readonly json?: boolean;
  readonly ascii?: boolean;
  readonly format?: 'text' | 'json' | 'sarif' | 'github';
  readonly sarif?: string;
  readonly failOn: FailOn;
}

export function withOutputOptions(command: Command, failOn: FailOn): Command {
  return command
    .option('--json', 'print one JSON object on standard output')
    .addOption(new Option('--format <format>', 'how to print').choices(['text', 'json', 'sarif', 'github']))
    .option('--sarif <file>', 'write SARIF 2.1.0 into this file as well')
    .addOption(
      new Option(
        '--fail-on <what>',
        'exit with 3 when something stands in the way (breaking), or could not be told (unknown)',
      )
        .choices(['breaking', 'unknown', 'never'])
        .default(failOn),
    )
    .option('--ascii', 'use no characters beyond ASCII');
}
