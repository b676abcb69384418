/** The last block of every deployment: outcome, what is live now, the next command. And its exit code. */
import { EXIT, type ExitCode } from '../../core/errors.ts';
import type { Outcome } from '../../core/state.ts';
import type { Cli } from '../cli.ts';
import { OUTCOME_LOOKS, OUTCOME_WORDS, paint, plainText, shape } from './shape.ts';

export const OUTCOME_CODES: Readonly<Record<Outcome, ExitCode>> = {
  committed: EXIT.ok,
  'rolled-back': EXIT.rolledBack,
  refused: EXIT.refused,
  stuck: EXIT.stuck,
  paused: EXIT.paused,
};

export interface Ending {
  readonly outcome: Outcome;
  readonly what: string;
  readonly reason?: string | null;
  readonly live: string;
  readonly next: string;
}

export function printEnding(cli: Cli, ending: Ending): void {
  const word = paint(cli, 'bold', OUTCOME_WORDS[ending.outcome]);
  cli.err('');
  cli.err(`${shape(cli, OUTCOME_LOOKS[ending.outcome])} ${word}  ${plainText(cli, ending.what)}`);
  if (ending.reason) cli.err(`  why   ${plainText(cli, ending.reason)}`);
  cli.err(`  live  ${plainText(cli, ending.live)}`);
  cli.err(`  next  ${ending.next}`);
}
