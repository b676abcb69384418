/** What stands behind the options in a command's help, wrapped like the rest of it. Examples are left whole, to be copied. */
import type { Cli } from './cli.ts';
import { wrap } from './render/layout.ts';

export function helpText(cli: Cli, text: string): string {
  const width = Math.min(cli.columns, 100);
  return text
    .split('\n')
    .flatMap((line) => (line.startsWith(' ') ? [line] : wrap(line, width)))
    .join('\n');
}
