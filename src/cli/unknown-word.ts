/** For commands that do something by themselves and have subcommands too: a mistyped subcommand is refused, not ignored. */
import type { Command } from 'commander';
import { Problem } from '../core/errors.ts';
import { suggest } from '../util/suggest.ts';

/** @throws Problem USAGE */
export function refuseUnknownWord(command: Command): void {
  const [word] = command.args;
  if (word === undefined) return;
  const names = command.commands.map((one) => one.name());
  const near = suggest(word, names);
  const path = `belay ${command.name()}`;
  throw new Problem('USAGE', `${path} has no subcommand ${word}`, {
    why: near ? `did you mean ${near}?` : `there are ${names.join(', ')}`,
    next: near ? `${path} ${near}` : `${path} --help`,
  });
}
